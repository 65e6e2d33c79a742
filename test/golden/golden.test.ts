import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { result, succeed } from '../e2e/cli.ts';
import { commitAll, sandbox } from '../e2e/project.ts';
import { FORMATS, sample } from '../e2e/sample.ts';

/**
 * sha256 of the sample in every format, by format and platform. A difference means that everybody's next release differs for no reason of
 * theirs: only a wanted change of a format may change it, by `UPDATE_GOLDEN=true`, and its commit says why.
 */
const FILE = join(import.meta.dirname, 'digests.json');

type Digests = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface Packaged {
  readonly artifacts: readonly { readonly name: string; readonly format?: string; readonly sha256: string }[];
}

describe('golden digests', () => {
  const box = sandbox();
  const golden: Digests = JSON.parse(readFileSync(FILE, 'utf8'));
  let found: Digests = {};
  before('packages the sample', async function () {
    this.timeout(120_000);
    const project = box.project(sample());
    commitAll(project);
    const ran = await succeed(project, ['package', '--json'], { env: { SOURCE_DATE_EPOCH: '1700000001' } });
    found = byFormat(result<Packaged>(ran));
    if (process.env.UPDATE_GOLDEN === 'true') writeFileSync(FILE, `${JSON.stringify(found, null, 2)}\n`);
  });

  for (const format of FORMATS) {
    it(`hold for ${format}`, () => assert.deepEqual(found[format], golden[format], 'UPDATE_GOLDEN=true accepts the new bytes'));
  }

  it('are of no other format', () => assert.deepEqual(Object.keys(golden).sort(), [...FORMATS].sort()));
});

function byFormat({ artifacts }: Packaged): Digests {
  const digests: Record<string, Record<string, string>> = {};
  for (const { name, format, sha256 } of artifacts) if (format !== undefined) digests[format] = { ...digests[format], [name]: sha256 };
  return digests;
}

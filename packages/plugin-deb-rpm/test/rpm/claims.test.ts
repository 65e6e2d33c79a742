import assert from 'node:assert/strict';
import type { Cell, Entry, ValidateJob } from '@provisioning-dist/core';
import { rpmClaimFindings } from '../../src/rpm/read/claims.ts';
import { RELEASE } from '../package.ts';
import { file, makeRpm, sourceOf, symlink, X86_64 } from './rpm-package.ts';

interface Shown {
  readonly name: string;
  readonly entries: readonly Entry[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly platform?: Cell['platform'];
}

function jobOf(bytes: Uint8Array, name: string, release = RELEASE): ValidateJob<unknown> {
  const artifact = { name: `${name}.rpm` } as ValidateJob<unknown>['artifact'];
  return { release, artifact, source: sourceOf(bytes, `${name}.rpm`) } as ValidateJob<unknown>;
}

async function findings(...shown: readonly Shown[]): Promise<readonly string[]> {
  const look = rpmClaimFindings();
  const found: string[] = [];
  for (const { name, entries, options = {}, platform = X86_64 } of shown) {
    const bytes = await makeRpm({ entries, options, job: { cell: { platform, variant: undefined, variants: [], package: name } } });
    found.push(...(await look(jobOf(bytes, name))).map(({ code, subject, message }) => `${code} ${subject}: ${message}`));
  }
  return found;
}

const PROGRAM = file('bin/tool', 'one', { mode: 0o755, role: 'binary' });
const OTHER = file('bin/tool', 'two', { mode: 0o755, role: 'binary' });
const SERVER = { name: 'server', entries: [PROGRAM] };

describe('a path in two rpms', () => {
  it('is told once', async () =>
    assert.deepEqual(await findings(SERVER, { name: 'client', entries: [OTHER] }), [
      'rpm-path-claimed usr/bin/tool: It is in "client" and, not the same, in "server": rpm installs one of them only; let one conflict with the other or obsolete it',
    ]));

  it('is told of another kind of file', async () =>
    assert.equal((await findings(SERVER, { name: 'client', entries: [symlink('bin/tool', 'x', { role: 'binary' })] })).length, 1));

  for (const [what, second] of [
    ['it is the same', { entries: [PROGRAM] }],
    ['one conflicts with the other', { options: { conflicts: ['server < 3'] } }],
    ['one obsoletes the other', { options: { obsoletes: ['server < 3'] } }],
    ['they are for other machines', { platform: { ...X86_64, name: 'linux-arm64', rpm: 'aarch64' } }],
  ] as const)
    it(`is none where ${what}`, async () => assert.deepEqual(await findings(SERVER, { name: 'client', entries: [OTHER], ...second }), []));

  it('leaves what is no rpm to the reader', async () => assert.deepEqual(await rpmClaimFindings()(jobOf(Buffer.from('hello'), 'server')), []));
});

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadView } from '@provisioning-dist/core';
import type { SrpmOptions } from '../../src/srpm/options.ts';
import { srpmContents } from '../../src/srpm/package.ts';
import { readSrpm } from '../../src/srpm/read.ts';
import { codeOf, DATE, file, sorted } from '../package.ts';
import { keyHandle, makeRpm, sourceOf } from '../rpm/rpm-package.ts';
import { type SourceMaking, srpmJob, srpmOptionsOf, writeSrpm } from './srpm-package.ts';

const ENTRIES = sorted([file('README.md', '# acme\n'), file('big', Buffer.alloc(200_000, 'acme'))]);
const MAKING: SourceMaking = { entries: ENTRIES, options: { copy: { big: '/usr/share/acme/big' } } };
const NAME = 'acme-1.2.3-1.src.rpm';

async function make(making: SourceMaking = MAKING): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'srpm-test-'));
  try {
    await writeSrpm(making, join(folder, NAME));
    return readFileSync(join(folder, NAME));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function codes(bytes: Uint8Array, view?: ReadView<SrpmOptions>, name = NAME): Promise<readonly string[]> {
  const findings = await readSrpm(sourceOf(bytes, name), undefined, view);
  return findings.map(({ code }) => code);
}

describe('a source rpm', () => {
  for (const codec of ['gzip', 'xz', 'zstd', 'none']) {
    it(`reads back without a finding in ${codec}`, async () =>
      assert.deepEqual(await codes(await make({ ...MAKING, options: { ...MAKING.options, codec } })), []));
  }

  it('is the same on every run', async () => assert.deepEqual(await make(), await make()));

  it('tells in its lead that it holds sources', async () =>
    assert.deepEqual([...(await make()).subarray(0, 8)], [0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 1]));

  it('reads back with a spec of many lines', async () => {
    const entries = sorted(Array.from({ length: 1500 }, (_, index) => file(`data/${index}`, `${index}`)));
    assert.deepEqual(await codes(await make({ entries, options: { copy: { data: '/usr/share/acme' } } })), []);
  });

  it('refuses sources of 4 GiB', () => {
    const entries = [{ ...file('huge'), size: 2 ** 32 }];
    assert.equal(
      codeOf(() => srpmContents(srpmJob({ entries, options: { copy: { huge: '/usr/share/huge' } } }))),
      'srpm-too-large',
    );
  });
});

describe('the reader of source rpms', () => {
  it('finds a changed payload', async () => {
    const bytes = await make({ ...MAKING, options: { ...MAKING.options, codec: 'none' } });
    bytes.write('ACME', bytes.indexOf('acmeacme') + 64);
    assert.deepEqual(await codes(bytes), ['rpm-payload-digest', 'rpm-file-digest']);
  });

  it('finds a changed header', async () => {
    const bytes = await make();
    bytes.write('Oool', bytes.indexOf('Tool that'));
    assert.deepEqual(await codes(bytes), ['rpm-header-digest', 'rpm-header-digest']);
  });

  it('takes no rpm for one', async () => {
    const found = await codes(await makeRpm());
    assert.ok(found.includes('rpm-not-source') && found.includes('rpm-not-flat') && found.includes('rpm-spec'), found.join());
  });

  it('wants the name, the date and the signature it was told', async () => {
    const view = { options: srpmOptionsOf({ ...MAKING.options, sign: 'release' }), date: DATE + 1 };
    assert.deepEqual(await codes(await make(), view, 'other.rpm'), ['rpm-unsigned', 'rpm-file-name', 'rpm-time']);
  });

  it('finds the signature it was told of', async () => {
    // RFC 9580: version 4, a binary document, EdDSA, SHA-256.
    const packet = Uint8Array.of(0xc2, 6, 4, 0, 22, 8, 0, 0);
    const options = { ...MAKING.options, sign: 'release' };
    const bytes = await make({ ...MAKING, options, job: { key: () => keyHandle(() => packet) } });
    assert.deepEqual(await codes(bytes, { options: srpmOptionsOf(options), date: DATE }), []);
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ContentStore, readCpio } from '@provisioning-dist/payload';
import { writeParts } from '../../../core/src/lifecycle/output.ts';
import { headerLength, parseHeader } from '../../src/rpm/read/header.ts';
import { rpmParts } from '../../src/rpm/write.ts';
import {
  codeOf,
  directory,
  file,
  formatJob,
  keyHandle,
  type Making,
  makeRpm,
  RELEASE,
  sampleEntries,
  sorted,
  withContents,
  X86_64,
} from './rpm-package.ts';

/** The places of the parts, by their own lengths. */
function partsOf(rpm: Buffer) {
  const signatureEnd = 96 + (headerLength(rpm.subarray(96)) ?? 0);
  const start = Math.ceil(signatureEnd / 8) * 8;
  const payload = start + (headerLength(rpm.subarray(start)) ?? 0);
  const header = rpm.subarray(start, payload);
  const [signature, main] = [parseHeader('signature', 62, rpm.subarray(96, signatureEnd)), parseHeader('header', 63, header)];
  if (signature.header === undefined || main.header === undefined) throw new Error('a header is missing');
  return { signature: signature.header, main: main.header, header, payload: rpm.subarray(payload) };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('an rpm', () => {
  it('begins with a lead', async () => {
    const rpm = await makeRpm();
    assert.equal(rpm.toString('hex', 0, 10), 'edabeedb030000000001');
    assert.equal(rpm.toString('latin1', 10, 76), 'acme-1.2.3-1'.padEnd(66, '\0'));
    assert.equal(rpm.toString('hex', 76, 96), `00010005${'0'.repeat(32)}`);
  });

  it('tells digests and sizes of what follows', async () => {
    const rpm = await makeRpm();
    const { signature, main, header, payload } = partsOf(rpm);
    const plain = gunzipSync(payload);
    assert.equal(signature.text(273), sha256(header));
    assert.equal(signature.text(269), createHash('sha1').update(header).digest('hex'));
    assert.equal(signature.number(1000), header.length + payload.length);
    assert.equal(signature.number(1007), plain.length);
    assert.equal(main.text(5092), sha256(payload));
    assert.equal(main.has(5097), false);
  });

  for (const codec of ['gzip', 'zstd'])
    it(`tells the digest of what is in ${codec} when asked to`, async () => {
      const entries = sampleEntries();
      const options = { payloadDigestAlt: true };
      const [none, packed] = await Promise.all([
        makeRpm({ entries, options: { ...options, codec: 'none' } }),
        makeRpm({ entries, options: { ...options, codec } }),
      ]);
      assert.equal(partsOf(none).main.text(5097), sha256(partsOf(none).payload));
      assert.equal(partsOf(packed).main.text(5097), sha256(partsOf(none).payload));
    });

  it('packs every file by its listed digest', async () => {
    const { main, payload } = partsOf(await makeRpm());
    const names = main.texts(1117).map((name, index) => `.${main.texts(1118)[main.numbers(1116)[index] ?? 0]}${name}`);
    const found: (readonly [string, string])[] = [];
    for await (const { path, type, body } of readCpio([gunzipSync(payload)])) {
      const hash = createHash('sha256');
      for await (const piece of body) hash.update(piece);
      found.push([path, type === 'file' ? hash.digest('hex') : '']);
    }
    assert.deepEqual(
      found,
      names.map((name, index) => [name, main.texts(1035)[index]]),
    );
  });

  it('is the same in any order of options and twice', async () => {
    assert.deepEqual(await makeRpm({ options: { epoch: 1, codec: 'zstd' } }), await makeRpm({ options: { codec: 'zstd', epoch: 1 } }));
  });

  it('is never of the hour: build time, host and cookie', async () => {
    const { main } = partsOf(await makeRpm());
    assert.equal(main.number(1006), RELEASE.date);
    assert.equal(main.text(1007), 'localhost');
    assert.equal(main.has(1094), false);
    assert.deepEqual([...new Set(main.numbers(1034))], [RELEASE.date]);
  });

  it('holds ghosts in its list only', async () => {
    const { main, payload } = partsOf(await makeRpm({ entries: [], options: { ghosts: { '/var/log/acme.log': {} } } }));
    assert.deepEqual(main.texts(1117), ['acme.log']);
    assert.deepEqual(main.texts(1035), ['']);
    assert.equal(gunzipSync(payload).toString('latin1', 0, 6), '070701');
    assert.equal(gunzipSync(payload).includes('acme.log'), false);
  });

  it('of nothing has no files', async () => {
    const { main } = partsOf(await makeRpm({ entries: [] }));
    assert.equal(main.has(1117), false);
    assert.equal(main.number(1009), 0);
  });

  it('names its compressor and level', async () => {
    for (const [options, expected] of [
      [{ codec: 'gzip' }, ['gzip', '6']],
      [{ codec: 'xz', level: 1 }, ['xz', '1']],
      [{ codec: 'zstd' }, ['zstd', '3']],
      [{ codec: 'none' }, [undefined, undefined]],
    ] as const) {
      const { main } = partsOf(await makeRpm({ options }));
      assert.deepEqual([main.text(1125), main.text(1126)], expected);
    }
  });

  it('tells programs by their bits', async () => {
    const elf = (bits: number): Buffer => Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, bits, 1, 1]), Buffer.alloc(60)]);
    const entries = sorted([
      file('bin/a', elf(1), { mode: 0o755 }),
      file('bin/b', elf(2), { mode: 0o755 }),
      file('bin/c', '#!/bin/sh\n', { mode: 0o755 }),
    ]);
    assert.deepEqual(partsOf(await makeRpm({ entries })).main.numbers(1140), [1, 2, 0]);
  });

  it('compresses pages of the manual alike everywhere', async () => {
    const { main } = partsOf(await makeRpm({ entries: [file('share/man/man1/acme.1', '.TH\n')] }));
    assert.deepEqual(main.texts(1117), ['acme.1.gz']);
  });

  it('goes without a platform as noarch', async () => {
    const job = { cell: { platform: undefined, variant: undefined, variants: [], package: 'acme' } };
    const { main } = partsOf(await makeRpm({ job }));
    assert.equal(main.text(1022), 'noarch');
    assert.deepEqual(main.texts(1047), ['acme', 'config(acme)']);
  });

  it('stands for the product as a variant', async () => {
    const cell = { platform: X86_64, variant: 'complete', variants: ['minimal', 'complete'], package: 'acme' };
    const { main } = partsOf(await makeRpm({ entries: [], job: { cell } }));
    assert.deepEqual(main.texts(1047), ['acme', 'acme(x86-64)', 'acme-complete', 'acme-complete(x86-64)']);
    assert.deepEqual(main.texts(1054), ['acme']);
    assert.equal(main.has(1090), false);
  });

  it('requires a newer rpm for tildes', async () => {
    const { main } = partsOf(await makeRpm({ entries: [], job: { release: { ...RELEASE, version: '1.0.0-rc.1' } } }));
    assert.deepEqual(main.texts(1049), ['rpmlib(TildeInVersions)']);
    assert.deepEqual(main.numbers(1048), [0x0100000a]);
  });

  it('has lines of description that rpmlint takes', async () => {
    const description = `Tool.\n\n${'word '.repeat(60)}\n  - item\n`;
    const { main } = partsOf(await makeRpm({ options: { description } }));
    assert.equal(main.text(1004), 'Tool');
    const lines = (main.text(1005) ?? '').split('\n');
    assert.equal(Math.max(...lines.map(({ length }) => length)), 79);
    assert.equal(lines.at(-1), '  - item');
  });
});

describe('the signature of an rpm', () => {
  const signed = (answer: Uint8Array, seen: Uint8Array[] = []): Making => ({
    options: { sign: 'release' },
    job: {
      key: () =>
        keyHandle((bytes) => {
          seen.push(Uint8Array.from(bytes));
          return answer;
        }),
    },
  });
  /** A version 4 packet of an algorithm, in the old or new form of lengths. */
  const packet = (algorithm: number, length: number, head: readonly number[]): Buffer => {
    const body = Buffer.alloc(length, 7);
    body.set([4, 0, algorithm, 8]);
    return Buffer.concat([Buffer.from(head), body]);
  };

  it('is over the header, finished', async () => {
    const seen: Uint8Array[] = [];
    const { header } = partsOf(await makeRpm(signed(packet(1, 100, [0xc2, 100]), seen)));
    assert.deepEqual(seen.map(sha256), [sha256(header)]);
  });

  for (const [what, bytes, tag] of [
    ['RSA in the tag of RSA', packet(1, 300, [0x89, 1, 44]), 268],
    ['RSA in a new packet too', packet(1, 300, [0xc2, 0xc0, 0x6c]), 268],
    ['EdDSA in the tag of DSA', packet(22, 117, [0x88, 117]), 267],
    ['ECDSA in the tag of DSA', packet(19, 100, [0xc2, 100]), 267],
  ] as const) {
    it(`puts ${what}`, async () => {
      const rpm = await makeRpm(signed(bytes));
      const { signature } = partsOf(rpm);
      assert.equal(signature.has(tag), true);
      assert.equal(signature.has(tag === 268 ? 267 : 268), false);
      assert.equal(rpm.includes(bytes), true);
    });
  }

  it('leaves the rest as it is without', async () => {
    const [plain, other] = await Promise.all([makeRpm(), makeRpm(signed(packet(1, 100, [0xc2, 100])))]);
    assert.deepEqual(partsOf(other).header, partsOf(plain).header);
    assert.deepEqual(partsOf(other).payload, partsOf(plain).payload);
  });

  for (const [what, bytes] of [
    ['is none', Buffer.from('nonsense')],
    ['is of version 6', Buffer.concat([Buffer.from([0xc2, 100, 6]), Buffer.alloc(99)])],
    ['is too long', packet(1, 5000, [0x89, 0x13, 0x88])],
    ['is empty', Buffer.alloc(0)],
  ] as const) {
    it(`is refused when it ${what}`, async () => {
      await assert.rejects(makeRpm(signed(bytes)), { code: 'rpm-signature' });
    });
  }
});

describe('what is encoded for rpms', () => {
  const BIG = Buffer.alloc(300_000, 'large and shared ');
  const entries = sorted([directory('share/acme'), file('share/acme/big', BIG), file('share/acme/small', 'small\n')]);

  for (const codec of ['gzip', 'zstd'] as const) {
    it(`is what is large once, and the rest, with ${codec}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'rpm-encoded-'));
      try {
        await withContents({ entries, options: { codec } }, async (job, store) => {
          const before = store.counters.encoderInputBytes;
          assert.equal(before, BIG.length);
          const written = await writeParts(rpmParts(job), { path: join(folder, 'a.rpm'), store });
          const runs = store.counters.encoderInputBytes - before;
          // Two folders' and files' headers of 110 bytes with their names, "small\n", and the end.
          assert.equal(written.size > 0 && runs > 0 && runs < 1000, true, `${runs}`);
          await writeParts(rpmParts(job), { path: join(folder, 'b.rpm'), store });
          assert.equal(store.counters.encoderInputBytes - before, runs);
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  it('fails for contents that were not prepared', async () => {
    const store = await ContentStore.open();
    try {
      const job = formatJob({ entries: sampleEntries() });
      assert.throws(() => rpmParts({ ...job, content: store }).next());
    } finally {
      await store.close();
    }
  });

  it('is nothing for names that are none', () => {
    const job = formatJob({ job: { cell: { platform: X86_64, variant: undefined, variants: [], package: 'a b' } } });
    assert.equal(
      codeOf(() => rpmParts(job).next()),
      'rpm-name',
    );
  });
});

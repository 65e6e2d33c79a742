import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { BuildOutput } from '@provisioning-dist/core';
import { prebuilt } from '../../src/prebuilt/builder.ts';
import { jobOf, project, put } from './job.ts';
import { tarBytes, tgzBytes } from './tar-bytes.ts';

const TOOL = { path: 'tool-1.2.3/bin/tool', content: '#!/bin/sh\n', mode: 0o755 };
const README = { path: 'tool-1.2.3/README', content: 'read me\n' };
const FILES = { tool: 'tool-{version}/bin/tool', README: 'tool-{version}/README' };

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A zip of one stored member (APPNOTE 4.3.7, 4.3.12, 4.3.16), mode 755. */
function zipBytes(path: string, content: string): Buffer {
  const [name, data] = [Buffer.from(path), Buffer.from(content)];
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(0x21, 8);
  common.writeUInt32LE(crc32(data), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(data.length, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, data]);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE((0o100755 << 16) >>> 0, 6);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, rest, name]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, central, Buffer.from('PK\x05\x06'), end]);
}

describe('prebuilt from an archive', () => {
  let root: string;
  let dispose: () => void;

  beforeEach(() => {
    ({ root, dispose } = project({ 'dl/tool.tgz': tgzBytes([README, TOOL]) }));
  });
  afterEach(() => dispose());

  const build = (options: object): Promise<readonly BuildOutput[]> =>
    prebuilt.build(jobOf(root, { archive: 'dl/tool.tgz', files: FILES, ...options }));
  const contents = (outputs: readonly BuildOutput[]) => Object.fromEntries(outputs.map(({ name, file }) => [name, readFileSync(file, 'utf8')]));
  const buildFolder = () => readdirSync(join(root, '.state/build')).filter((name) => !name.endsWith('.json'));

  it('takes the named members of a tar.gz', async () => {
    assert.deepEqual(contents(await build({})), { tool: '#!/bin/sh\n', README: 'read me\n' });
  });

  it('keeps who may execute', async () => {
    const modes = (await build({})).map(({ name, file }) => [name, statSync(file).mode & 0o777]);
    assert.deepEqual(modes, [
      ['tool', 0o755],
      ['README', 0o644],
    ]);
  });

  it('reads plain tar with leading dots', async () => {
    put(root, 'dl/tool.tar', tarBytes([{ ...TOOL, path: `./${TOOL.path}` }]));
    assert.deepEqual(contents(await build({ archive: 'dl/tool.tar', files: { tool: FILES.tool } })), { tool: '#!/bin/sh\n' });
  });

  it('reads zip', async () => {
    put(root, 'dl/tool.zip', zipBytes('bin/tool', 'zipped'));
    assert.deepEqual(contents(await build({ archive: 'dl/tool.zip', files: { tool: 'bin/tool' } })), { tool: 'zipped' });
  });

  it('gives one member two names', async () => {
    assert.deepEqual(contents(await build({ files: { a: FILES.tool, b: FILES.tool } })), { a: '#!/bin/sh\n', b: '#!/bin/sh\n' });
  });

  it('leaves an intact output untouched', async () => {
    const [first] = await build({});
    const before = statSync(first?.file ?? '').ino;
    const [second] = await build({});
    assert.equal(statSync(second?.file ?? '').ino, before);
  });

  it('takes a damaged output again', async () => {
    const [tool] = await build({});
    writeFileSync(tool?.file ?? '', '#!/bin/no\n');
    assert.deepEqual(contents(await build({})), { tool: '#!/bin/sh\n', README: 'read me\n' });
  });

  it('takes outputs again when the archive changed', async () => {
    await build({});
    put(root, 'dl/tool.tgz', tgzBytes([README, { ...TOOL, content: 'new' }]));
    assert.deepEqual(contents(await build({})), { tool: 'new', README: 'read me\n' });
  });

  it('distrusts a record that leads out', async () => {
    await build({});
    const [record = ''] = readdirSync(join(root, '.state/build')).filter((name) => name.endsWith('.json'));
    put(root, 'secret', 's');
    writeFileSync(
      join(root, '.state/build', record),
      JSON.stringify([{ name: 'tool', file: '../../secret', size: 1, sha256: sha256(Buffer.from('s')) }]),
    );
    assert.deepEqual(contents(await build({})), { tool: '#!/bin/sh\n', README: 'read me\n' });
  });

  it('accepts the right sha256', async () => {
    const digest = sha256(readFileSync(join(root, 'dl/tool.tgz'))).toUpperCase();
    assert.equal((await build({ sha256: { linux: digest } })).length, 2);
  });

  it('shows both values of a wrong sha256', async () => {
    const found = sha256(readFileSync(join(root, 'dl/tool.tgz')));
    const expected = '0'.repeat(64);
    await assert.rejects(build({ sha256: expected }), {
      code: 'prebuilt-wrong-digest',
      message: `Cannot use "dl/tool.tgz": its sha256 is ${found}, not ${expected}`,
    });
  });

  it('leaves nothing when a member is missing', async () => {
    await assert.rejects(build({ files: { tool: FILES.tool, other: 'other/README' } }), {
      code: 'prebuilt-member-missing',
      hint: 'did you mean "tool-1.2.3/README"?',
    });
    assert.deepEqual(buildFolder(), []);
  });

  it('refuses a member that is a link', async () => {
    put(root, 'dl/tool.tgz', tgzBytes([README, { path: TOOL.path, type: '2', target: '/etc/passwd' }]));
    await assert.rejects(build({}), { code: 'prebuilt-not-a-file', message: /it is a symbolic link to "\/etc\/passwd"$/ });
  });

  it('refuses a member that is there twice', async () => {
    put(root, 'dl/tool.tgz', tgzBytes([TOOL, README, { ...TOOL, content: 'evil' }]));
    await assert.rejects(build({}), { code: 'prebuilt-member-twice' });
    assert.deepEqual(buildFolder(), []);
  });

  it('names a cut archive', async () => {
    const bytes = readFileSync(join(root, 'dl/tool.tgz'));
    put(root, 'dl/tool.tgz', bytes.subarray(0, bytes.length - 30));
    await assert.rejects(build({}), { code: 'prebuilt-archive-broken', message: /^Cannot read "dl\/tool.tgz": / });
    assert.deepEqual(buildFolder(), []);
  });

  it('guesses at a missing archive', async () => {
    await assert.rejects(build({ archive: 'dl/tool' }), { code: 'prebuilt-source-missing', hint: 'it holds tool.tgz' });
  });

  for (const [kind, bytes] of [
    ['xz-compressed', Buffer.from('fd377a585a0000', 'hex')],
    ['zstd-compressed', Buffer.from('28b52ffd00', 'hex')],
    ['empty', Buffer.alloc(0)],
    ['no archive', Buffer.from('hello')],
  ] as const) {
    it(`says that a file is ${kind}`, async () => {
      put(root, 'dl/tool.tgz', bytes);
      await assert.rejects(build({}), { code: 'prebuilt-archive-type', message: `Cannot open "dl/tool.tgz": it is ${kind}` });
    });
  }

  it('stops when the run is cancelled', async () => {
    const job = jobOf(root, { archive: 'dl/tool.tgz', files: FILES }, { signal: AbortSignal.abort() });
    await assert.rejects(async () => prebuilt.build(job), { name: 'AbortError' });
    assert.deepEqual(buildFolder(), []);
  });
});

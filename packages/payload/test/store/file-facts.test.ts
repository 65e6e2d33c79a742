import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ContentFacts, ContentStore, type Source } from '../../src/index.ts';
import { FileFacts } from '../../src/store/file-facts.ts';
import { fileIn, newFolder, removeFolders, someBytes } from '../store-fixture.ts';

const facts: ContentFacts = { size: 70_000, crc32: 7, digests: { sha256: 'ab'.repeat(32) } };
const later = () => Date.now() + 60_000;

describe('facts of files from earlier runs', () => {
  let folder: string;
  let file: string;
  let source: Source;

  /** The plan's view of the file as it is now. */
  const look = (): Source => ({ file, size: statSync(file).size, mtimeMs: statSync(file).mtimeMs });
  const remember = (now = later) => {
    const files = new FileFacts({ folder, now });
    assert.equal(files.recall(source), undefined);
    files.save(() => facts);
  };
  const recalled = (of = source) => new FileFacts({ folder, now: later }).recall(of);

  beforeEach(() => {
    folder = newFolder();
    file = join(newFolder(), 'program');
    writeFileSync(file, someBytes(70_000));
    source = look();
  });
  afterEach(removeFolders);

  it('come back for an unchanged file', () => {
    remember();
    assert.deepEqual(recalled(), facts);
  });

  it('do not outlive other contents of equal size and time', () => {
    remember();
    const { atime, mtime } = statSync(file);
    writeFileSync(file, someBytes(70_000, 2));
    utimesSync(file, atime, mtime);
    assert.equal(recalled(look()), undefined);
  });

  it('are not kept of a file just written', () => {
    remember(Date.now);
    assert.equal(recalled(), undefined);
  });

  it('are not kept of a file changed meanwhile', () => {
    const files = new FileFacts({ folder, now: later });
    files.recall(source);
    writeFileSync(file, someBytes(70_000, 3));
    files.save(() => facts);
    assert.equal(recalled(look()), undefined);
  });

  it('tell converted line ends apart', () => {
    remember();
    assert.equal(recalled({ ...source, eol: 'lf' } as Source), undefined);
  });

  it('are not asked for when the plan saw another file', () => {
    remember();
    assert.equal(recalled({ ...source, size: 70_001 } as Source), undefined);
  });

  it('pass over a damaged line', () => {
    remember();
    const index = join(folder, 'files.index');
    writeFileSync(index, readFileSync(index, 'utf8').replace('abab', 'abac'));
    assert.equal(recalled(), undefined);
  });

  it('pass over the index of another version', () => {
    remember();
    const index = join(folder, 'files.index');
    writeFileSync(index, readFileSync(index, 'utf8').replace('index 1', 'index 2'));
    assert.equal(recalled(), undefined);
  });

  it('are not written where nothing can be', () => {
    const files = new FileFacts({ folder: join(folder, 'absent'), now: later });
    files.recall(source);
    assert.doesNotThrow(() => files.save(() => facts));
  });
});

describe('content store and unchanged files', () => {
  afterEach(removeFolders);

  it('reads one only once', async () => {
    const [dir, folder] = [newFolder(), newFolder()];
    const bytes = someBytes(200_000);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const members = [fileIn(folder, 'program', bytes), fileIn(folder, 'small', someBytes(300))];
    await sleep(2100);
    assert.deepEqual(await readBy({ dir, members }), { read: 200_300, sha256 });
    assert.deepEqual(await readBy({ dir, members }), { read: 300, sha256 });
  });

  async function readBy({ dir, members }: { readonly dir: string; readonly members: ReturnType<typeof fileIn>[] }): Promise<object> {
    const store = await ContentStore.open({ dir });
    await store.prepare(members, { digests: ['sha256'], segments: 'each' });
    const sha256 = members[0] && store.facts(members[0].source).digests.sha256;
    const { bytesRead: read } = store.counters;
    await store.close();
    return { read, sha256 };
  }
});

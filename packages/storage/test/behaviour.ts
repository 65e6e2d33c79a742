import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PreconditionFailed, type Storage, type StoredObject } from '../src/index.ts';

export interface Driver {
  /** An empty place. */
  readonly open: () => Promise<Storage>;
  readonly close: () => Promise<void>;
}

const HOSTILE = [
  '',
  '/',
  '/etc/passwd',
  '..',
  '../x',
  'a/../b',
  'a/./b',
  './a',
  'a//b',
  'a/',
  'a\\b',
  'a\0b',
  'a\nb',
  `${'x'.repeat(256)}`,
  'a/'.repeat(600),
];

/** What every driver must do; each driver's test adds only its specialities. */
export function behavesAsStorage(name: string, driver: Driver): void {
  describe(`${name} as storage`, () => {
    let storage: Storage;
    let folder: string;
    beforeEach(async () => {
      storage = await driver.open();
      folder = mkdtempSync(join(tmpdir(), 'storage-body-'));
    });
    afterEach(async () => {
      await driver.close();
      rmSync(folder, { recursive: true });
    });

    it('gives back what was put', async () => {
      const written = await storage.put('a/b.txt', Buffer.from('hello'));
      const found = await storage.get('a/b.txt');
      assert.equal(found && Buffer.from(found.bytes).toString(), 'hello');
      assert.equal(found?.size, 5);
      assert.equal(found?.etag, written.etag);
    });

    it('keeps an empty object', async () => {
      await storage.put('empty', new Uint8Array());
      assert.deepEqual((await storage.get('empty'))?.bytes.length, 0);
    });

    it('answers undefined for what is absent', async () => {
      await storage.put('a', Buffer.from('1'));
      assert.equal(await storage.get('b'), undefined);
      assert.equal(await storage.stat('a/b/c'), undefined);
    });

    it('stores a file larger than its buffers', async () => {
      const bytes = Buffer.alloc(3 * 1024 * 1024 + 17, 'provisioning');
      const path = join(folder, 'big');
      writeFileSync(path, bytes);
      await storage.put('big', { path, size: bytes.length });
      assert.equal(bytes.equals((await storage.get('big'))?.bytes ?? Buffer.alloc(0)), true);
    });

    it('refuses a file of another size', async () => {
      const path = join(folder, 'short');
      writeFileSync(path, 'four');
      await assert.rejects(storage.put('short', { path, size: 5 }), /4 bytes, not 5/);
      assert.equal(await storage.stat('short'), undefined);
    });

    it('refuses a file with another digest', async () => {
      const path = join(folder, 'other');
      writeFileSync(path, 'four');
      const sha256 = createHash('sha256').update('FOUR').digest('hex');
      await assert.rejects(storage.put('other', { path, size: 4, sha256 }), /has the digest/);
      assert.equal(await storage.stat('other'), undefined);
    });

    it('replaces what was there', async () => {
      const first = await storage.put('k', Buffer.from('one'));
      const second = await storage.put('k', Buffer.from('two'));
      assert.notEqual(first.etag, second.etag);
      assert.equal((await storage.stat('k'))?.etag, second.etag);
    });

    it('changes the etag with content of equal size', async () => {
      const etags = new Set<string | undefined>();
      for (const text of ['aa', 'ab', 'ba', 'bb']) {
        await storage.delete('k');
        await storage.put('k', Buffer.from(text));
        etags.add((await storage.stat('k'))?.etag);
      }
      assert.equal(etags.size, 4);
    });

    it('creates only what is absent', async () => {
      await storage.putIf('k', Buffer.from('one'), 'absent');
      await assert.rejects(storage.putIf('k', Buffer.from('two'), 'absent'), PreconditionFailed);
      assert.equal(Buffer.from((await storage.get('k'))?.bytes ?? []).toString(), 'one');
    });

    it('replaces only what it expects', async () => {
      const one = await storage.put('k', Buffer.from('one'));
      await storage.putIf('k', Buffer.from('two'), one);
      await assert.rejects(storage.putIf('k', Buffer.from('three'), one), PreconditionFailed);
      await assert.rejects(storage.putIf('gone', Buffer.from('three'), one), PreconditionFailed);
      assert.equal(Buffer.from((await storage.get('k'))?.bytes ?? []).toString(), 'two');
    });

    it('lets one of many creators win', async () => {
      const answers = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => storage.putIf('k', Buffer.from(`${index}`), 'absent')));
      assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1);
      const winner = answers.findIndex(({ status }) => status === 'fulfilled');
      assert.equal(Buffer.from((await storage.get('k'))?.bytes ?? []).toString(), `${winner}`);
    });

    it('loses no update among many writers', async () => {
      await storage.put('count', Buffer.from('0'));
      await Promise.all(Array.from({ length: 8 }, () => increment(storage, 'count')));
      assert.equal(Buffer.from((await storage.get('count'))?.bytes ?? []).toString(), '8');
    });

    it('deletes, and deletes again', async () => {
      await storage.put('a/b', Buffer.from('1'));
      await storage.delete('a/b');
      await storage.delete('a/b');
      assert.equal(await storage.stat('a/b'), undefined);
    });

    it('deletes only what it expects', async () => {
      const one = await storage.put('k', Buffer.from('one'));
      await storage.put('k', Buffer.from('two'));
      await assert.rejects(storage.delete('k', { etag: one.etag }), PreconditionFailed);
      assert.equal((await storage.stat('k'))?.size, 3);
      await storage.delete('gone', { etag: one.etag });
    });

    it('reuses the path of a deleted folder', async () => {
      await storage.put('a/b', Buffer.from('1'));
      await storage.delete('a/b');
      await storage.put('a', Buffer.from('2'));
      assert.equal((await storage.stat('a'))?.size, 1);
    });

    it('lists keys in the order of their bytes', async () => {
      const keys = ['a/b', 'a-b', 'a.b', 'ab', 'a/B/c', 'é', 'z', '\u{1F600}', '\uFF5E', 'a/b-c'];
      for (const key of keys) await storage.put(key, Buffer.from(key));
      const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      assert.deepEqual(
        (await all(storage.list(''))).map(({ key }) => key),
        sorted,
      );
    });

    it('lists by any prefix', async () => {
      for (const key of ['a/b/c', 'a/bc', 'b']) await storage.put(key, Buffer.from(key));
      const keys = async (prefix: string) => (await all(storage.list(prefix))).map(({ key }) => key);
      assert.deepEqual(await keys('a/b'), ['a/b/c', 'a/bc']);
      assert.deepEqual(await keys('a/b/'), ['a/b/c']);
      assert.deepEqual(await keys('a/'), ['a/b/c', 'a/bc']);
      assert.deepEqual(await keys('none/'), []);
    });

    it('lists sizes and etags', async () => {
      const written = await storage.put('k', Buffer.from('four'));
      const [object] = await all(storage.list('k'));
      assert.deepEqual([object?.size, object?.etag], [4, written.etag]);
    });

    for (const key of HOSTILE) {
      it(`refuses the key ${JSON.stringify(key).slice(0, 20)}`, async () => {
        await assert.rejects(async () => await storage.put(key, Buffer.from('x')), TypeError);
        await assert.rejects(async () => await storage.get(key), TypeError);
        await assert.rejects(async () => await storage.delete(key), TypeError);
      });
    }

    it('does nothing once it was aborted', async () => {
      const signal = AbortSignal.abort(new Error('stop'));
      await assert.rejects(storage.put('k', Buffer.from('x'), { signal }), /stop/);
      assert.equal(await storage.stat('k'), undefined);
    });
  });
}

async function increment(storage: Storage, key: string): Promise<void> {
  for (;;) {
    const found = await storage.get(key);
    if (!found) throw new Error('the counter is gone');
    const next = Buffer.from(`${Number(Buffer.from(found.bytes).toString()) + 1}`);
    const written = await storage.putIf(key, next, found).catch(undefinedIfLost);
    if (written) return;
  }
}

function undefinedIfLost(error: unknown): undefined {
  if (!(error instanceof PreconditionFailed)) throw error;
}

export async function all(objects: AsyncIterable<StoredObject>): Promise<StoredObject[]> {
  const list: StoredObject[] = [];
  for await (const object of objects) list.push(object);
  return list;
}

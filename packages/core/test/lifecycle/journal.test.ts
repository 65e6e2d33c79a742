import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { type Journal, openJournal } from '../../src/lifecycle/journal.ts';
import { readJournal } from '../../src/lifecycle/journal-read.ts';
import type { BeginRecord, JournalRecord } from '../../src/lifecycle/journal-record.ts';
import { isInDoubt } from '../../src/lifecycle/journal-state.ts';

const OWNER = { product: 'acme', version: '1.2.0' };
const AT = '2026-01-02T03:04:05.000Z';

function begin(id: string, more: Partial<BeginRecord> = {}): BeginRecord {
  const common = {
    type: 'begin',
    id,
    at: AT,
    instance: 'prod',
    plugin: 'acme@1.0.0',
    effect: 'acme.put',
    key: id,
    description: `put ${id}`,
  } as const;
  return { ...common, visible: false, input: { name: id }, options: {}, ...more };
}

function done(id: string): JournalRecord {
  return { type: 'done', id, at: AT, result: { etag: id } };
}

describe('journal', () => {
  let folder: string;
  let file: string;
  let journals: Journal[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'journal-'));
    file = join(folder, 'journal.ndjson');
    journals = [];
  });
  afterEach(async () => {
    await Promise.all(journals.map((journal) => journal.close()));
    rmSync(folder, { recursive: true });
  });

  async function start(redact = (text: string) => text): Promise<Journal> {
    const journal = await openJournal(folder, OWNER, redact);
    journals.push(journal);
    return journal;
  }

  it('is empty where there is none', async () => {
    const { header, records, length, problem } = await readJournal(join(folder, 'none'));
    assert.deepEqual({ header, records, length, problem }, { header: undefined, records: [], length: 0, problem: undefined });
  });

  it('writes checksummed lines of JSON', async () => {
    await (await start()).append({ type: 'reverted', id: 'a', at: AT });
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const record = `{"type":"reverted","id":"a","at":"${AT}"}`;
    assert.deepEqual(JSON.parse(lines[0] ?? '').record, { type: 'journal', format: 1, product: 'acme', version: '1.2.0' });
    assert.equal(lines[1], `{"crc":"${crc32(record).toString(16).padStart(8, '0')}","record":${record}}`);
  });

  it('reads back what was appended', async () => {
    const journal = await start();
    await journal.append(begin('a'));
    await journal.append(done('a'), begin('b'));
    const { records, effects } = await readJournal(folder);
    assert.deepEqual(records, [begin('a'), done('a'), begin('b')]);
    assert.deepEqual([effects.get('a')?.state, effects.get('b')?.state], ['done', 'begun']);
    assert.deepEqual([...effects], [...journal.effects]);
  });

  it('goes on where another process stopped', async () => {
    await (await start()).append(begin('a'));
    const journal = await start();
    await journal.append(done('a'));
    assert.equal(journal.effects.get('a')?.state, 'done');
    assert.equal((await readJournal(folder)).records.length, 2);
  });

  it('syncs the appends of one tick once', async () => {
    const journal = await start();
    const handle = await open(file);
    const prototype = Object.getPrototypeOf(handle) as { datasync: () => Promise<void> };
    await handle.close();
    const original = prototype.datasync;
    let syncs = 0;
    prototype.datasync = function (this: unknown) {
      syncs++;
      return original.call(this);
    };
    await Promise.all(Array.from({ length: 50 }, (_, index) => journal.append(begin(`${index}`)))).finally(() => {
      prototype.datasync = original;
    });
    assert.equal(syncs, 1);
    assert.equal((await readJournal(folder)).records.length, 50);
  });

  it('redacts every text but identities', async () => {
    const journal = await start((text) => text.replaceAll('hunter2', '***'));
    await journal.append(begin('a', { input: { hunter2: ['x-hunter2'] }, options: { token: { toJSON: () => 'hunter2' } }, description: 'hunter2' }));
    assert.doesNotMatch(readFileSync(file, 'utf8'), /hunter2/);
    assert.deepEqual(journal.effects.get('a')?.input, { '***': ['x-***'] });
  });

  it('ignores and cuts a torn end', async () => {
    await (await start()).append(begin('a'));
    const whole = readFileSync(file);
    appendFileSync(file, '{"crc":"00000000","record":{"ty');
    const { records, problem, length } = await readJournal(folder);
    assert.deepEqual([records.length, problem, length], [1, undefined, whole.length]);
    await (await start()).append(done('a'));
    assert.equal((await readJournal(folder)).effects.get('a')?.state, 'done');
  });

  it('starts anew after a torn header', async () => {
    writeFileSync(file, '{"crc":"');
    await (await start()).append(begin('a'));
    assert.equal((await readJournal(folder)).records.length, 1);
  });

  it('stops at damage in the middle', async () => {
    const journal = await start();
    for (const id of ['a', 'b', 'c']) await journal.append(begin(id));
    writeFileSync(file, readFileSync(file, 'utf8').replace('"name":"b"', '"name":"X"'));
    const { records, problem } = await readJournal(folder);
    assert.deepEqual(
      records.map(({ id }) => id),
      ['a'],
    );
    assert.equal(problem?.code, 'journal-corrupt');
    assert.equal(problem?.where?.line, 3);
    await assert.rejects(start(), { code: 'journal-corrupt' });
  });

  it('refuses an unknown format', async () => {
    const record = '{"type":"journal","format":2,"product":"acme","version":"1.2.0"}';
    writeFileSync(file, `{"crc":"${crc32(record).toString(16).padStart(8, '0')}","record":${record}}\n`);
    await assert.rejects(readJournal(folder), { code: 'journal-format', exit: 2 });
  });

  it('refuses the journal of another release', async () => {
    await start();
    await assert.rejects(openJournal(folder, { product: 'acme', version: '1.3.0' }, String), { code: 'journal-of-other-release' });
  });

  it('fails every append after a failed one', async () => {
    const journal = await start();
    await journal.close();
    journals = [];
    await assert.rejects(journal.append(begin('a')), { code: 'journal-unwritable' });
    await assert.rejects(journal.append(begin('b')), { code: 'journal-unwritable' });
    assert.equal(journal.effects.size, 0);
  });

  it('knows what is in doubt', async () => {
    const journal = await start();
    const failed = (id: string, certain: boolean): JournalRecord => ({ type: 'failed', id, at: AT, code: 'x', message: 'x', certain });
    await journal.append(...['begun', 'done', 'maybe', 'not'].map((id) => begin(id)), done('done'), failed('maybe', false), failed('not', true));
    const doubtful = [...journal.effects.values()].filter(isInDoubt).map(({ id }) => id);
    assert.deepEqual(doubtful, ['begun', 'maybe']);
  });

  it('doubts what is half taken back, until that is over', async () => {
    const journal = await start();
    await journal.append(...['a', 'b', 'c'].flatMap((id) => [begin(id), done(id), { type: 'reverting', id, at: AT } as const]));
    await journal.append({ type: 'reverted', id: 'b', at: AT }, done('c'));
    const states = ['a', 'b', 'c'].map((id) => journal.effects.get(id));
    assert.deepEqual(
      states.map((state) => [state?.state, isInDoubt(state)]),
      [
        ['done', true],
        ['reverted', false],
        ['done', false],
      ],
    );
  });

  it('believes no line that is no record, whatever its checksum', async () => {
    await start();
    for (const text of ['null', '7', '{"type":"delete"}', '{', '[]']) {
      appendFileSync(file, `{"crc":"${crc32(text).toString(16).padStart(8, '0')}","record":${text}}\n`);
      assert.deepEqual((await readJournal(folder)).records, []);
    }
  });

  it('orders effects by their last record', async () => {
    const journal = await start();
    await journal.append(begin('a'), begin('b'), done('b'), done('a'), { type: 'reverted', id: 'b', at: AT });
    assert.deepEqual(
      ['a', 'b'].map((id) => [journal.effects.get(id)?.state, journal.effects.get(id)?.order]),
      [
        ['done', 4],
        ['reverted', 5],
      ],
    );
  });

  describe('after any damage', () => {
    let bytes: Buffer;
    const ids = Array.from({ length: 6 }, (_, index) => `effect-${index}`);
    beforeEach(async () => {
      const journal = await start();
      for (const id of ids) await journal.append(begin(id));
      bytes = readFileSync(file);
    });

    async function survivors(): Promise<readonly string[]> {
      return (await readJournal(folder)).records.map(({ id }) => id);
    }

    it('keeps a prefix when cut anywhere', async () => {
      for (let length = 0; length <= bytes.length; length += 7) {
        writeFileSync(file, bytes.subarray(0, length));
        const found = await survivors();
        assert.deepEqual(found, ids.slice(0, found.length));
        assert.equal((await readJournal(folder)).problem, undefined);
      }
    });

    it('believes no changed byte', async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
          const copy = Buffer.from(bytes);
          copy[at] = (copy[at] ?? 0) ^ flip;
          writeFileSync(file, copy);
          const found = await survivors();
          assert.ok(found.length < ids.length);
          assert.deepEqual(found, ids.slice(0, found.length));
        }),
      );
    });
  });
});

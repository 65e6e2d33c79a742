import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Entry } from '../model/entry.ts';
import { type ConformanceCase, conformanceCase, present } from './conformance.ts';
import { type FormatSpec, type Made, make, read } from './format-bench.ts';
import { directory, file, sampleEntries, symlink } from './format-entries.ts';

/** Entries no artifact may hold in silence; each is refused by the writer or found by the reader. */
const HOSTILE: Readonly<Record<string, readonly Entry[]>> = {
  'a path that leads up': [file('../evil', 'x')],
  'a path that leads up on its way': [directory('bin'), file('bin/../../evil', 'x')],
  'an absolute path': [file('/etc/evil', 'x')],
  'a path with a NUL': [file('evil\0.txt', 'x')],
  'a path with a line end': [file('evil\n.txt', 'x')],
  'one path twice': [file('bin', 'x'), file('bin', 'y')],
  'a file below a link': [symlink('link', '/etc'), file('link/passwd', 'x')],
};

/** Where a tree is unpacked anywhere; what is installed may point to the whole system. */
const HOSTILE_ANYWHERE: typeof HOSTILE = { 'a link that leads out': [symlink('link', '../../etc/passwd')] };

/** How many places of an artifact are damaged, and cut at. */
const PLACES = 24;

/** What every format must do; what it does not offer is not asked for. */
export function formatConformance<Options>(spec: FormatSpec<Options>): readonly ConformanceCase[] {
  const { definition } = spec;
  const entries = spec.entries ?? sampleEntries();
  const it = (name: string, run: () => Promise<void>): ConformanceCase => conformanceCase(name, run);
  const using = (what: readonly Entry[], use: (made: Made) => Promise<void>): Promise<void> => make(spec, what, use);
  const isFile = definition.write !== undefined;
  const isUnpacked = definition.group === 'archive' || definition.group === 'document';

  async function problems(made: Made, withDistribution = true): Promise<readonly string[]> {
    const findings = await read(spec, made, withDistribution ? made.entries : undefined);
    return findings.filter(({ level }) => level === 'error').map(({ code, subject }) => `${code} ${subject}`);
  }

  return [
    it('writes files or trees, not both', async () => {
      assert.equal([definition.write, definition.layout].filter(Boolean).length, 1);
    }),
    it('gives the same bytes twice', async () => {
      await using(entries, async (first) => {
        await using(entries, async (second) => assert.equal(second.digest, first.digest));
      });
    }),
    it('gives other bytes for other contents', async () => {
      const other = entries.map((entry) => (entry.type === 'file' && entry.size > 0 ? file(entry.path, 'other', entry.mode) : entry));
      await using(entries, async (first) => {
        await using(other, async (second) => assert.notEqual(second.digest, first.digest));
      });
    }),
    it('leaves what it is given as it is', async () => {
      const frozen = entries.map((entry) => Object.freeze({ ...entry }));
      const before = JSON.stringify(frozen);
      await using(Object.freeze(frozen), async () => assert.equal(JSON.stringify(frozen), before));
    }),
    it('knows neither the hour nor the place', async () => {
      await using(entries, async (first) => {
        await elsewhere(() => using(entries, async (second) => assert.equal(second.digest, first.digest)));
      });
    }),
    ...present(definition.read, () => [
      it('its reader finds no error in its artifact', async () => {
        await using(entries, async (made) => {
          assert.deepEqual(await problems(made), []);
          assert.deepEqual(await problems(made, false), []);
        });
      }),
      it('its reader misses what is not there', async () => {
        await using(entries, async (made) => {
          const more = [...entries, file('zz-missing', 'x')];
          const findings = await read(spec, made, more);
          assert.ok(
            findings.some(({ level }) => level === 'error'),
            'nothing is said of a missing file',
          );
        });
      }),
      ...Object.entries({ ...HOSTILE, ...(isUnpacked && HOSTILE_ANYWHERE) }).map(([what, hostile]) =>
        it(`${what} is refused`, async () => {
          const sorted = [...entries, ...hostile].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
          const found: string[] = [];
          const attempt = using(sorted, async (made) => {
            for (const { level, code } of await read(spec, made, undefined)) if (level !== 'note') found.push(code);
          });
          await attempt.catch((error: Error) => found.push(error.message));
          assert.notDeepEqual(found, [], 'the writer takes it and the reader finds nothing');
        }),
      ),
    ]),
    ...present((isFile && definition.read) || undefined, () => [
      it('its reader finds where it was cut', async () => {
        await using(entries, async (made) => {
          for (const length of places(made.bytes.length)) {
            await damaged(made, made.bytes.subarray(0, length), async () => {
              assert.notDeepEqual(await problems(made), [], `nothing is said of ${length} of ${made.bytes.length} bytes`);
            });
          }
        });
      }),
      it('its reader finds what was damaged', async () => {
        await using(entries, async (made) => {
          for (const position of places(made.bytes.length).filter((place) => !spec.blind?.(place, made.bytes))) {
            const bytes = Buffer.from(made.bytes);
            bytes[position] = (bytes[position] ?? 0) ^ 0xff;
            await damaged(made, bytes, async () => {
              assert.notDeepEqual(await problems(made), [], `nothing is said of damage at ${position} of ${made.bytes.length}`);
            });
          }
        });
      }),
      it('its reader takes nonsense for nothing else', async () => {
        await using(entries, async (made) => {
          for (const bytes of [Buffer.alloc(0), Buffer.alloc(1000), Buffer.alloc(1000, 0xff), Buffer.from('<!DOCTYPE html>'.repeat(50))]) {
            await damaged(made, bytes, async () => assert.notDeepEqual(await problems(made), []));
          }
        });
      }),
    ]),
  ];
}

/** Spread evenly, without the ends. */
function places(length: number): readonly number[] {
  const step = length / (PLACES + 1);
  return Array.from({ length: PLACES }, (_, index) => Math.floor(step * (index + 1)));
}

async function damaged({ path }: Made, bytes: Uint8Array, use: () => Promise<void>): Promise<void> {
  const whole = readFileSync(path);
  writeFileSync(path, bytes);
  try {
    await use();
  } finally {
    writeFileSync(path, whole);
  }
}

/** A year later, in another time zone and locale, with another umask. */
async function elsewhere(use: () => Promise<void>): Promise<void> {
  const { TZ, LC_ALL } = process.env;
  const { Date: RealDate } = globalThis;
  const umask = process.umask(0o077);
  Object.assign(process.env, { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8' });
  globalThis.Date = laterDate(RealDate);
  try {
    await use();
  } finally {
    globalThis.Date = RealDate;
    process.umask(umask);
    for (const [name, value] of Object.entries({ TZ, LC_ALL })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

function laterDate(RealDate: DateConstructor): DateConstructor {
  const now = (): number => RealDate.now() + 365 * 86_400_000;
  return new Proxy(RealDate, {
    construct: (target, args) => Reflect.construct(target, args.length === 0 ? [now()] : args),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
}

import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import type { Entry } from '../../src/model/entry.ts';
import type { Finding } from '../../src/model/finding.ts';
import { defineFormat } from '../../src/plugin.ts';
import { describeConformance } from '../../src/testing/conformance.ts';
import type { FormatSpec } from '../../src/testing/format-bench.ts';
import { formatConformance } from '../../src/testing/format-conformance.ts';

/** Which case must notice which defect. */
const NOTICED = {
  'breaks on nonsense': 'its reader takes nonsense for nothing else',
  'draws lots': 'gives the same bytes twice',
  'finds too much': 'its reader finds no error in its artifact',
  'knows the hour': 'knows neither the hour nor the place',
  'knows the time zone': 'knows neither the hour nor the place',
  'leaves contents out': 'gives other bytes for other contents',
  'misses damage': 'its reader finds what was damaged',
  'misses nothing': 'its reader misses what is not there',
  'misses the end': 'its reader finds where it was cut',
  'sorts what it is given': 'leaves what it is given as it is',
  'takes any path': 'a path that leads up is refused',
  'takes links anywhere': 'a link that leads out is refused',
} as const;

type Defect = keyof typeof NOTICED;

/** A line of JSON per entry and a digest at the end, with the one defect it is given. */
function listing(defect?: Defect): FormatSpec<object> {
  const is = (one: Defect): boolean => one === defect;
  return {
    options: {},
    definition: defineFormat<object>({
      ...{ scope: 'cell', group: 'archive', kind: 'archive', ext: 'list' },
      options: ({ z }) => z.any(),
      *write({ entries }) {
        if (is('sorts what it is given')) (entries as Entry[]).push(...(entries as Entry[]).splice(0));
        const extra = [
          ...(is('draws lots') ? [randomUUID()] : []),
          ...(is('knows the hour') ? [new Date().getUTCFullYear()] : []),
          ...(is('knows the time zone') ? [new Date(0).getHours()] : []),
        ];
        const lines = entries.map((entry) => JSON.stringify(is('leaves contents out') ? entry.path : entry));
        const body = [...extra.map(String), ...lines].join('\n');
        yield Buffer.from(`${body}\n${sha(body)}`);
      },
      read: (source, distribution) => {
        const text = Buffer.from(source.read(0, source.size)).toString('latin1');
        const body = Buffer.from(text.slice(0, text.lastIndexOf('\n')), 'latin1').toString('utf8');
        if (is('breaks on nonsense')) JSON.parse(body.split('\n')[0] ?? '');
        if (is('finds too much')) return [finding('odd')];
        const isWhole = text.endsWith(`\n${sha(body)}`);
        if (!isWhole && is('misses the end')) return [];
        if (!isWhole && !is('misses damage')) return [finding('damaged')];
        const wrong = body.split('\n').some((line) => isHostile(line, is));
        const missing = distribution?.entries.some(({ path }) => !body.includes(JSON.stringify(path))) && !is('misses nothing');
        const order = Object.keys(Object.groupBy(body.split('\n'), pathOf)).length === body.split('\n').length;
        return wrong || missing || !order ? [finding('wrong')] : [];
      },
    }),
  };
}

function pathOf(line: string): string {
  return /"path":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line;
}

function isHostile(line: string, is: (defect: Defect) => boolean): boolean {
  const path = pathOf(line);
  const target = /"target":"([^"]*)"/.exec(line)?.[1] ?? '';
  if (/^\/|\.\.|\\[nu]/.test(path)) return !is('takes any path');
  return /^\/|\.\./.test(target) && !is('takes links anywhere');
}

function finding(code: string): Finding {
  return { level: 'error', code, subject: 'it', message: code };
}

function sha(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe('the conformance of a format', () => {
  describe('is found where there is no defect:', () => {
    describeConformance({ it }, formatConformance(listing()));
  });

  for (const [defect, name] of Object.entries(NOTICED)) {
    it(`is denied to one that ${defect}`, async () => {
      const found = formatConformance(listing(defect as Defect)).find((one) => one.name === name);
      assert.ok(found);
      await assert.rejects(found.run());
    });
  }
});

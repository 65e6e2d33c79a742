import assert from 'node:assert/strict';
import type { Cell, Entry, Release, ValidateJob } from '@provisioning-dist/core';
import { claimFindings } from '../../src/deb/read/claims.ts';
import { AMD64, DATE, distribution, file, makeDeb, optionsOf, RELEASE, sourceOf } from '../package.ts';

interface Shown {
  readonly name: string;
  readonly entries: readonly Entry[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly cell?: Partial<Cell>;
  readonly release?: Release;
}

async function jobOf({ name, entries, options = {}, cell = {}, release = RELEASE }: Shown): Promise<ValidateJob<unknown>> {
  const whole: Cell = { platform: AMD64, variant: undefined, variants: [], package: name, ...cell };
  const source = sourceOf(await makeDeb({ entries, options, job: { cell: whole } }), `${name}.deb`);
  const unused = () => {};
  return {
    release,
    artifact: { name: `${name}.deb` } as ValidateJob<unknown>['artifact'],
    source,
    distribution: distribution(entries),
    view: { options: optionsOf(options), date: DATE },
    signal: new AbortController().signal,
    log: { info: unused, warn: unused, debug: unused },
  };
}

async function findings(...shown: readonly Shown[]): Promise<readonly string[]> {
  const look = claimFindings();
  const found: string[] = [];
  for (const each of shown) found.push(...(await look(await jobOf(each))).map(({ code, subject, message }) => `${code} ${subject}: ${message}`));
  return found;
}

const PROGRAM = file('bin/tool', 'x', { mode: 0o755, role: 'binary' });

describe('a path in two debs', () => {
  it('is told once', async () => {
    const entries = [PROGRAM, file('share/x', 'x')];
    assert.deepEqual(await findings({ name: 'server', entries }, { name: 'client', entries }), [
      'deb-path-claimed usr/bin/tool: It is in "client" and in "server", as are 1 more: dpkg installs one of them only, until one replaces or conflicts with the other',
    ]);
  });

  it('is found wherever it came from', async () => {
    const moved = file('libexec/tool', 'x', { mode: 0o755, role: 'binary' });
    const options = { paths: { binary: '/usr/bin' } };
    const found = await findings({ name: 'server', entries: [PROGRAM] }, { name: 'client', entries: [{ ...moved, path: 'tool' }], options });
    assert.match(found.join(), /^deb-path-claimed usr\/bin\/tool/);
  });

  for (const [what, second] of [
    ['one replaces the other', { options: { replaces: ['server'] } }],
    ['one conflicts with the other', { options: { conflicts: ['server (<< 3)'] } }],
    ['they are for other machines', { cell: { platform: { ...AMD64, name: 'linux-arm64', deb: 'arm64' } } }],
    ['they are of other releases', { release: { ...RELEASE } }],
  ] as const) {
    it(`is none where ${what}`, async () => {
      assert.deepEqual(await findings({ name: 'server', entries: [PROGRAM] }, { name: 'client', entries: [PROGRAM], ...second }), []);
    });
  }

  it('is none in variants', async () => {
    const variants = ['complete', 'minimal'];
    const found = await findings(
      { name: 'acme', entries: [PROGRAM], cell: { variant: 'complete', variants } },
      { name: 'acme', entries: [PROGRAM], cell: { variant: 'minimal', variants } },
    );
    assert.deepEqual(found, []);
  });

  it('is found in packages for all machines', async () => {
    const data = [file('share/acme/x', 'x', { role: 'data' })];
    const all = { name: 'data', entries: data, cell: { platform: undefined } };
    assert.equal((await findings({ name: 'server', entries: data }, all)).length, 1);
  });

  it('leaves what is no deb to the reader', async () => {
    const job = await jobOf({ name: 'server', entries: [PROGRAM] });
    assert.deepEqual(await claimFindings()({ ...job, source: sourceOf(Buffer.from('hello')) }), []);
  });
});

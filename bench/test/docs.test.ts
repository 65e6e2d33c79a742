import assert from 'node:assert/strict';
import { markdown, measuredSection, withSection } from '../docs.ts';
import { judge } from '../gates.ts';
import { sampleRun } from './runs.ts';

describe('withSection', () => {
  it('puts the section at the end of a page without one', () => {
    assert.match(withSection('# Page\n', 'text\n'), /^# Page\n\n<!-- measured: [^\n]+ -->\n\ntext\n\n<!-- \/measured -->\n$/);
  });
  it('replaces only the section', () => {
    const page = withSection('# Page\n', 'old\n');
    assert.equal(withSection(`${page}\n## After\n`, 'new\n'), `${page.replace('old', 'new')}\n## After\n`);
  });
});

describe('markdown', () => {
  it('pads cells and escapes pipes', () => {
    assert.equal(
      markdown([
        ['a', 'long'],
        ['x | y', ''],
      ]),
      '| a      | long |\n| ------ | ---- |\n| x \\| y |      |',
    );
  });
});

describe('measuredSection', () => {
  const host = {
    date: '2030-01-02T03:04:05Z',
    commit: 'abc123',
    cpu: 'Some CPU',
    cores: 2,
    memory: 8 * 2 ** 30,
    system: 'Linux',
    tools: { node: 'v24' },
  };
  const runs = [sampleRun({ wall: 4 }), sampleRun({ contestant: 'gzip', wall: 10 })];
  const section = measuredSection({ host, runs, verdicts: judge(runs), skipped: ['nfpm (not installed)'] });

  it('names machine, commit and tools', () => {
    assert.match(section, /2030-01-02, commit abc123: Some CPU, 2 cores, 8 GiB, Linux\.\nnode v24\./);
  });
  it('has a row for every contestant', () => assert.match(section, /^\| tar\.gz P1 +\| gzip +\| 10\.000 /m));
  it('says what was left out', () => assert.match(section, /Not measured: nfpm \(not installed\)\./));
});

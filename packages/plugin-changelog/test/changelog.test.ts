import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changelog } from '../src/changelog.ts';
import { collectChanges } from '../src/changes.ts';
import { linksOf } from '../src/links.ts';
import { renderNotes } from '../src/render.ts';
import { change, commit, job, optionsFrom } from './support.ts';

async function subjects(raw: object, messages: readonly string[]): Promise<readonly string[]> {
  const changes = await collectChanges(
    job(
      raw,
      messages.map((message) => commit(message)),
    ),
  );
  return changes.map(({ subject }) => subject);
}

async function notes(raw: object, messages: readonly string[], remote = 'https://github.com/acme/tools'): Promise<string | undefined> {
  const given = job(
    raw,
    messages.map((message) => commit(message)),
    { remote },
  );
  return changelog.notes?.(given, await collectChanges(given));
}

const SHA = '[1234567](https://github.com/acme/tools/commit/1234567890123456789012345678901234567890)';
const FOOTER = 'All changes: [v1.0.0...v1.1.0](https://github.com/acme/tools/compare/v1.0.0...v1.1.0)';

describe('changes', () => {
  it('are filtered by their first line', async () => {
    assert.deepEqual(await subjects({ exclude: ['^chore'], include: ['[a-z]'] }, ['feat: a', 'chore: b\n\nfeat', 'C\n\nd']), ['a']);
  });

  it('are no merges unless wanted', async () => {
    const merge = commit('Merge branch x', { parents: ['a', 'b'] });
    assert.deepEqual(await collectChanges(job({}, [merge])), []);
    assert.equal((await collectChanges(job({ merges: true }, [merge]))).length, 1);
  });

  it('hold names, never addresses', async () => {
    const authors = ['Bob', 'bob@example.org', 'Bob <bob@example.org>', '@example.org'].map((author) => commit('x', { author }));
    assert.deepEqual(
      (await collectChanges(job({}, authors))).map(({ author }) => author),
      ['Bob', 'bob', 'Bob', undefined],
    );
  });

  it('stay as they are in a plain history', async () => {
    assert.deepEqual(await subjects({ convention: 'plain' }, ['feat: a #1']), ['feat: a #1']);
  });

  it('ask git for their paths', async () => {
    const asked: unknown[] = [];
    const given = job({ paths: ['src'] }, []);
    await collectChanges({
      ...given,
      history: (range) => {
        asked.push(range);
        return given.history(range);
      },
    });
    assert.deepEqual(asked, [{ from: 'v1.0.0', to: 'v1.1.0', paths: ['src'] }]);
  });
});

describe('notes', () => {
  it('tell what breaks first', async () => {
    const text = await notes({}, ['feat: a', 'chore: c', 'feat(api)!: b']);
    const expected = `### Breaking changes\n\n- **api:** b (${SHA})\n\n### Features\n\n- **api:** b (${SHA})\n- a (${SHA})\n\n${FOOTER}`;
    assert.equal(text, expected);
  });

  it('have the groups of the options, in their order', async () => {
    const groups = [{ title: 'Security', pattern: '\\bCVE-' }, { title: 'Fixes', types: ['fix'] }, { title: 'Rest' }];
    const text = await notes({ groups, links: false }, ['fix: a', 'fix: CVE-2026-1', 'docs: c', 'Whatever']);
    assert.equal(text, '### Security\n\n- CVE-2026-1 (1234567)\n\n### Fixes\n\n- a (1234567)\n\n### Rest\n\n- c (1234567)\n- Whatever (1234567)');
  });

  it('link issues in and after the subject', async () => {
    const text = await notes({ footer: '' }, ['fix: a (#12)\n\nCloses acme/other#7']);
    const other = '[acme/other#7](https://github.com/acme/other/issues/7)';
    assert.equal(text, `### Bug fixes\n\n- a ([#12](https://github.com/acme/tools/issues/12)) (${other}, ${SHA})`);
  });

  it('link trackers by their pattern', async () => {
    const issues = [{ pattern: 'ACME-\\d+', url: 'https://track.example/{issue}' }];
    const text = await notes({ issues, links: false }, ['fix: a\n\nACME-12']);
    assert.equal(text, '### Bug fixes\n\n- a ([ACME-12](https://track.example/ACME-12), 1234567)');
  });

  it('name authors when asked', async () => {
    assert.equal(await notes({ authors: true, links: false }, ['fix: a']), '### Bug fixes\n\n- a (1234567, by Ann)');
  });

  it('have header and footer', async () => {
    const raw = { header: '# {name} {version}, {date}', footer: '{previous} {tag} {{x}}', links: false };
    assert.equal(await notes(raw, []), '# acme 1.1.0, 2023-11-14\n\nv1.0.0 v1.1.0 {x}');
  });

  it('do nothing that a subject asks for', () => {
    const hostile = [change('</details><script>x</script>'), change('](http://evil) `', { scope: '*a*' }), change('a\n# b\u001b[2J')];
    const options = optionsFrom({ groups: [{}], links: false });
    const release = { name: 'acme', version: '1.0.0', date: 0 };
    const text = renderNotes(hostile, { options, release, links: linksOf(options, undefined), from: undefined, tag: 'v1' });
    const lines = ['- \\</details>\\<script>x\\</script> (1234567)', '- **\\*a\\*:** \\](http\\://evil) \\` (1234567)', '- a # b\\[2J (1234567)'];
    assert.equal(text, lines.join('\n'));
  });
});

describe('notes of a file', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'changelog-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are the section of the version', async () => {
    const file = join(folder, 'CHANGELOG.md');
    writeFileSync(file, '\uFEFF## [1.1.0]\r\n\r\n- it\r\n\r\n## 1.0.0\r\n');
    assert.equal(await notes({ file }, []), '- it');
  });

  it('must have that section', async () => {
    const file = join(folder, 'CHANGELOG.md');
    writeFileSync(file, '## 1.0.0\n');
    await assert.rejects(notes({ file }, []), { code: 'changelog-no-section', exit: 2 });
  });

  it('are the whole file when it is the notes', async () => {
    const file = join(folder, 'notes.md');
    writeFileSync(file, 'All *new*.\n');
    assert.equal(await notes({ notes: file }, []), 'All *new*.');
    await assert.rejects(notes({ notes: join(folder, 'none') }, []), { code: 'changelog-unreadable' });
  });
});

describe('addresses', () => {
  it('follow the remote', () => {
    const compare = (remote: string) => linksOf(optionsFrom(), remote).compare('v1', 'v2');
    assert.equal(compare('git@github.com:acme/tools.git'), 'https://github.com/acme/tools/compare/v1...v2');
    assert.equal(compare('ssh://git@gitlab.com/acme/sub/tools'), 'https://gitlab.com/acme/sub/tools/-/compare/v1...v2');
    assert.equal(compare('https://git.example.org/acme/tools'), undefined);
    assert.equal(compare('/srv/git/tools'), undefined);
  });

  it('are those of the options where there are some', () => {
    const options = optionsFrom({ links: { commit: 'https://c.example/{commit}' } });
    assert.equal(linksOf(options, undefined).commit('a)b'), 'https://c.example/a%29b');
  });

  it('refuse fields nobody fills', () => {
    assert.throws(() => optionsFrom({ links: { commit: 'https://c.example/{sha}' } }), /a field is not one of commit/);
  });
});

describe('patterns', () => {
  it('must be regular expressions', () => {
    assert.throws(() => optionsFrom({ exclude: ['('] }), /Invalid regular expression/);
  });
});

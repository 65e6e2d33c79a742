import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { before } from 'mocha';
import { ROOT, succeed } from '../cli.ts';
import { type Project, sandbox } from '../project.ts';
import { smallProject } from '../small-project.ts';
import { type Made, makeHistory } from './history.ts';

/** The same commits in the same groups as git-cliff (`npm install git-cliff` somewhere on PATH), which is not ours to need: absent, it is skipped. */
const CLIFF = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'git-cliff'))
  .find(existsSync);

const TITLES = ['Features', 'Bug fixes', 'Performance', 'Rest'] as const;

const CLIFF_CONFIG = `[changelog]
body = ""
[git]
conventional_commits = true
filter_unconventional = false
require_conventional = false
split_commits = false
filter_commits = false
topo_order = false
commit_parsers = [
  { message = "^Merge", skip = true },
  { message = "^[fF][eE][aA][tT](\\\\([^()]+\\\\))?!?: ", group = "Features" },
  { message = "^[fF][iI][xX](\\\\([^()]+\\\\))?!?: ", group = "Bug fixes" },
  { message = "^perf(\\\\([^()]+\\\\))?!?: ", group = "Performance" },
  { message = ".*", group = "Rest" },
]
`;

const OURS = `{ links: false, footer: "", exclude: ["^Merge"], groups: [{ title: Features, types: [feat] }, { title: Bug fixes, types: [fix] }, { title: Performance, types: [perf] }, { title: Rest }] }`;

type Groups = Readonly<Record<string, readonly string[]>>;

/** Commit ids by group, sorted. */
function sorted(pairs: readonly (readonly [group: string, id: string])[]): Groups {
  return Object.fromEntries(TITLES.map((title) => [title, pairs.flatMap(([group, id]) => (group === title ? [id.slice(0, 7)] : [])).sort()]));
}

function cliffGroups(project: Project, repository: string, range: string): Groups {
  project.write({ 'cliff.toml': CLIFF_CONFIG });
  const args = ['--config', project.path('cliff.toml'), '--repository', repository, '--context', '--offline', '--', range];
  const text = execFileSync(CLIFF ?? '', args, { cwd: project.root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 30 });
  const releases = JSON.parse(text) as readonly {
    readonly commits: readonly { readonly id: string; readonly group: string; readonly merge_commit: boolean }[];
  }[];
  const commits = releases.flatMap((release) => release.commits).filter((commit) => !commit.merge_commit);
  return sorted(commits.map(({ group, id }) => [group, id]));
}

/** From the notes themselves: what people see. */
async function ourGroups(project: Project, from: string, to: string): Promise<Groups> {
  const { stdout } = await succeed(project, ['changelog', '--from', from, '--to', to]);
  const sections = stdout
    .split(/^### /m)
    .slice(1)
    .filter((section) => !section.startsWith('Breaking changes'));
  return sorted(
    sections.flatMap((section) => {
      const [title = '', ...lines] = section.split('\n');
      return lines.flatMap((line) => {
        const id = /\(([^()]*, )?([0-9a-f]{7})\)$/.exec(line)?.[2];
        return id === undefined ? [] : [[title, id] as const];
      });
    }),
  );
}

const WORDS = ['feat', 'fix', 'perf', 'chore', 'docs', 'FEAT', 'Fix', 'refactor'];

function conventional(index: number): Made {
  const type = WORDS[index % WORDS.length];
  const scope = index % 3 === 0 ? '(core)' : '';
  const footer = index % 11 === 0 ? '\n\nBREAKING CHANGE: number\n all of it' : index % 5 === 0 ? '\n\nBody.\n\nCloses #7' : '';
  return { message: `${type}${scope}${index % 13 === 0 ? '!' : ''}: change number ${index}${footer}` };
}

const PLAIN = [
  'Add a thing',
  'feat:without space',
  'feat add',
  'Fix: the thing',
  'two words: x',
  '(scope): x',
  'feat(): empty',
  ': nothing',
  'fix(a)(b): x',
  '修正',
];

const HISTORIES: Readonly<Record<string, readonly Made[]>> = {
  conventional: Array.from({ length: 300 }, (_, index) => conventional(index)),
  plain: Array.from({ length: 100 }, (_, index) => ({ message: `${PLAIN[index % PLAIN.length]} ${index}` })),
  merged: Array.from({ length: 200 }, (_, index) =>
    index % 9 === 8 ? { message: `Merge branch 'b${index}'`, merge: index - 4 } : conventional(index),
  ),
};

describe('changelog beside git-cliff', function () {
  this.timeout(120_000);
  const box = sandbox();
  before(function () {
    if (CLIFF === undefined) this.skip();
  });

  function project(commits: readonly Made[]): Project {
    const more = `plugins: ["@provisioning-dist/plugin-changelog"]\nchangelog: ${OURS}`;
    const files = smallProject({ version: 'version: git', more });
    const made = box.project({ ...files, node_modules: { link: join(ROOT, 'node_modules') }, '.gitignore': '/*\n!/history\n' });
    if (commits.length > 0) makeHistory(made, commits);
    return made;
  }

  for (const [name, commits] of Object.entries(HISTORIES)) {
    it(`groups a ${name} history alike`, async () => {
      const [first, ...others] = commits;
      const made = project([{ message: first?.message ?? '', tags: ['v1.0.0'] }, ...others]);
      const ours = await ourGroups(made, 'v1.0.0', 'HEAD');
      assert.ok(Object.values(ours).flat().length > 90);
      assert.deepEqual(ours, cliffGroups(made, made.root, 'v1.0.0..HEAD'));
    });
  }

  it('groups the history of this repository alike', async () => {
    const made = project([]);
    const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: made.root, encoding: 'utf8', stdio: 'pipe' }).trim();
    git('clone', '--quiet', '--bare', ROOT, '.git');
    git('config', 'core.bare', 'false');
    const first = git('rev-list', '--max-parents=0', '--reverse', 'HEAD').split('\n')[0] ?? '';
    assert.deepEqual(await ourGroups(made, first, 'HEAD'), cliffGroups(made, made.root, `${first}..HEAD`));
  });
});

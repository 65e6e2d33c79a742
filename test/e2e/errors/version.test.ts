import { appendFileSync } from 'node:fs';
import { describe } from 'mocha';
import { HERE, refuses } from '../bad-input.ts';
import { commitAll, git, type Project } from '../project.ts';

const sections = { version: 'version: git' };

describe('a version', () => {
  refuses({
    'that is not semver': {
      sections: { version: `version: "2024" ${HERE}` },
      code: 'config-value',
      says: /"2024"/,
      hint: /MAJOR\.MINOR\.PATCH/,
    },
    'that is a path': { sections: { version: `version: "../1.0.0" ${HERE}` }, code: 'config-value', says: /no semantic version/ },
    'given by flag that is not semver': {
      args: ['release', '--version', '1.2'],
      code: 'version-invalid',
      says: /--version "1\.2": it is not a semantic version/,
    },
    'with a date that is none': { options: { env: { SOURCE_DATE_EPOCH: 'today' } }, code: 'date-invalid', says: /SOURCE_DATE_EPOCH "today"/ },
  });
});

describe('a version from git', () => {
  refuses({
    'without a repository': { sections, code: 'version-no-git', says: /not in a git repository/, hint: /--version/ },
    'for a snapshot without a repository': { sections, args: ['release', '--snapshot'], code: 'version-no-git', says: /not in a git repository/ },
    'without a commit': { sections, prepare: (project) => git(project, 'init', '--quiet'), code: 'version-no-git', says: /with a commit/ },
    'without a tag': {
      sections,
      prepare: (project) => commitAll(project),
      code: 'version-no-tag',
      says: /has no tag like "v1\.2\.3"/,
      hint: /--snapshot/,
    },
    'with a tag that is no version': {
      sections,
      prepare: (project) => commitAll(project, 'nightly'),
      code: 'version-no-tag',
      says: /there is nightly/,
    },
    'with changes nobody committed': {
      sections,
      prepare: dirtied,
      code: 'git-dirty',
      exit: 3,
      says: /changes that are not in its tag/,
      hint: /--snapshot/,
    },
    'with files nobody added': {
      sections,
      args: ['release'],
      prepare: (project) => {
        commitAll(project, 'v1.0.0');
        project.write({ 'docs/new.md': '' });
      },
      code: 'git-dirty',
      exit: 3,
      says: /changes that are not in its tag/,
    },
    'without git on PATH': {
      sections,
      options: { env: { PATH: '/nowhere' } },
      prepare: (project) => commitAll(project, 'v1.0.0'),
      code: 'version-no-git',
      says: /git is not on PATH/,
    },
  });
});

function dirtied(project: Project): void {
  commitAll(project, 'v1.0.0');
  appendFileSync(project.path('docs/readme.md'), 'changed\n');
}

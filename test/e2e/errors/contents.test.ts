import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { describe } from 'mocha';
import { refuses, rule } from '../bad-input.ts';
import { CONFIG } from '../small-project.ts';

describe('a rule', () => {
  refuses({
    'whose glob matches nothing': {
      sections: rule('{ from: "man/*.1", to: share/man/ }'),
      code: 'stage-nothing-matches',
      subject: 'contents[0].from',
      says: /"man\/\*\.1"/,
      hint: /optional/,
    },
    'whose file is not there': {
      sections: rule('{ from: docs/raedme.md, to: share/ }'),
      code: 'stage-nothing-matches',
      subject: 'contents[0].from',
      says: /"docs\/raedme\.md"/,
    },
    'whose output no builder makes': {
      sections: rule('{ from: "{build}/ap{exe}", to: bin/ }'),
      code: 'stage-output-missing',
      subject: 'contents[0].from',
      says: /the builders made app/,
      hint: /did you mean "\{build\}\/app/,
    },
    'with a builder that finds nothing': {
      prepare: (project) => rmSync(project.path('vendor/linux-amd64'), { recursive: true }),
      code: 'prebuilt-source-missing',
      exit: 1,
      says: /linux-amd64/,
      hint: /windows-amd64/,
      keepsFinished: true,
    },
    'whose source is a pipe': {
      sections: rule('{ from: "docs/*", to: share/ }'),
      prepare: (project) => execFileSync('mkfifo', [project.path('docs/pipe')]),
      code: 'stage-special-file',
      subject: 'contents[0]',
      says: /docs\/pipe/,
    },
  });
});

describe('a destination', () => {
  refuses({
    'above the root': {
      sections: rule('{ from: docs/*, to: ../../etc/ }'),
      code: 'config-value',
      subject: 'contents[0].to',
      says: /"\.\.\/\.\.\/etc\/".*leads out/,
    },
    absolute: { sections: rule('{ from: docs/*, to: /etc/ }'), code: 'config-value', subject: 'contents[0].to', says: /it is absolute/ },
    'on a drive': { sections: rule('{ from: docs/*, to: "C:/acme/" }'), code: 'config-value', subject: 'contents[0].to', says: /it is absolute/ },
    'with backslashes': {
      sections: rule("{ from: docs/*, to: 'a\\..\\..\\b/' }"),
      code: 'config-value',
      subject: 'contents[0].to',
      says: /written with \//,
    },
    'another rule has': {
      sections: rule('{ from: docs/readme.md, to: share/a }', '{ from: "{build}/app{exe}", to: share/a }'),
      code: 'stage-duplicate-path',
      subject: 'contents[1]',
      says: /"share\/a" by contents\[1\].*contents\[0\]/,
    },
    'below a file': {
      sections: rule('{ from: docs/readme.md, to: share }', '{ from: docs/*, to: share/doc/ }'),
      code: 'stage-duplicate-path',
      subject: 'contents[1]',
      says: /makes "share" a file/,
    },
    'Windows takes for another': {
      sections: rule('{ from: docs/readme.md, to: share/README }', '{ from: docs/readme.md, to: share/readme }'),
      code: 'stage-case-collision',
      subject: 'contents[1]',
      says: /for windows-amd64: it differs from "share\/README" only in case/,
      keepsFinished: true,
    },
    'macOS takes for another': {
      sections: {
        ...rule('{ from: docs/readme.md, to: "share/\\u00e9" }', '{ from: docs/readme.md, to: "share/e\\u0301" }'),
        platforms: 'platforms: [macos-arm64]',
        build: 'build: []',
      },
      code: 'stage-case-collision',
      subject: 'contents[1]',
      says: /how letters are composed/,
    },
    'that is a device of Windows': {
      sections: rule('{ from: docs/readme.md, to: share/aux.md }'),
      code: 'stage-illegal-name',
      subject: 'contents[0]',
      says: /"share\/aux\.md" for windows-amd64/,
      keepsFinished: true,
    },
    'with a colon for Windows': {
      sections: rule('{ from: docs/readme.md, to: "share/a:b" }'),
      code: 'stage-illegal-name',
      subject: 'contents[0]',
      says: /Windows does not allow : in names/,
      keepsFinished: true,
    },
    'with a line break': {
      sections: rule('{ from: "docs/*", to: share/ }'),
      files: { 'docs/a\nb': '' },
      code: 'stage-illegal-name',
      subject: 'contents[0]',
      says: /control character/,
    },
  });
});

describe('a symlink', () => {
  refuses({
    'to itself': {
      sections: rule('{ from: "docs/*", to: share/ }'),
      files: { 'docs/loop': { link: 'loop' } },
      code: 'stage-symlink-loop',
      subject: 'contents[0]',
      says: /"share\/loop".*"loop" leads back to itself/,
    },
    'in a circle with another': {
      sections: {
        ...rule('{ type: symlink, from: b, to: share/c }', '{ type: symlink, from: c, to: share/b }'),
        platforms: 'platforms: [linux-amd64]',
      },
      code: 'stage-symlink-loop',
      at: `${CONFIG}:8`,
      subject: 'contents[0]',
      says: /"share\/c": its target "b" leads back to itself/,
    },
    'on the way to a source that leads back to itself': {
      sections: rule('{ from: docs/loop/a, to: share/ }'),
      files: { 'docs/loop': { link: 'loop' } },
      code: 'stage-unreadable',
      exit: 1,
      subject: 'contents[0]',
      says: /ELOOP/,
    },
    'to the folder above': {
      sections: { ...rule('{ from: docs, to: ./ }'), platforms: 'platforms: [linux-amd64]' },
      files: { 'docs/up': { link: '..' } },
      code: 'stage-symlink-escapes',
      subject: 'contents[0]',
      says: /"\.\."/,
    },
    'to nothing': {
      sections: rule('{ from: "docs/*", to: share/ }'),
      files: { 'docs/gone': { link: 'nothing' } },
      code: 'stage-symlink-dangling',
      subject: 'contents[0]',
      says: /"nothing" is not in the distribution/,
    },
    'out of the project': {
      sections: rule('{ from: docs/hosts, to: share/ }'),
      files: { 'docs/hosts': { link: '/etc/hosts' } },
      code: 'stage-outside-project',
      subject: 'contents[0]',
      says: /"\/etc\/hosts", outside the project/,
    },
  });
});

import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { before, describe } from 'mocha';
import { type Bad, refuses, rule } from '../bad-input.ts';
import type { Files } from '../project.ts';
import { pluginFile, type Sections } from '../small-project.ts';

describe('a source', () => {
  refuses({
    'without permission to read': {
      sections: rule('{ from: "docs/*", to: share/ }'),
      files: { 'docs/secret.md': { text: 'x', mode: 0 } },
      options: { unprivileged: true },
      code: 'stage-unreadable',
      exit: 1,
      subject: 'contents[0]',
      says: /docs\/secret\.md.*EACCES/,
    },
    'in a folder without permission to read': {
      sections: rule('{ from: "docs/**", to: share/ }'),
      files: { 'docs/closed': { folder: true, mode: 0 } },
      options: { unprivileged: true },
      code: 'stage-unreadable',
      exit: 1,
      subject: 'contents[0]',
      says: /docs\/closed.*EACCES/,
    },
    'that is a folder in place of a binary': {
      prepare: (project) => {
        rmSync(project.path('vendor/linux-amd64/app'));
        project.write({ 'vendor/linux-amd64/app': { folder: true } });
      },
      code: 'prebuilt-empty',
      exit: 1,
      says: /vendor\/linux-amd64/,
      keepsFinished: true,
    },
    'that vanishes': {
      ...whilePackaged("fs.rmSync('moving/file', { force: true })"),
      code: 'file-vanished',
      exit: 1,
      at: 'moving/file',
      says: /vanished/,
    },
    'that grows': {
      ...whilePackaged("fs.appendFileSync('moving/file', 'more')"),
      code: 'file-changed',
      exit: 1,
      at: 'moving/file',
      says: /moving\/file/,
      hint: /let nothing write/,
    },
    'that shrinks': {
      ...whilePackaged("fs.truncateSync('moving/file', 1)"),
      code: 'file-changed',
      exit: 1,
      at: 'moving/file',
      says: /after 1 of 7 bytes/,
    },
    'that changes and keeps its size': {
      ...whilePackaged("fs.writeFileSync('moving/file', 'changed'); fs.utimesSync('moving/file', 1, 1)"),
      code: 'file-changed',
      exit: 1,
      at: 'moving/file',
      says: /moving\/file/,
    },
    'that becomes a folder': {
      ...whilePackaged("fs.rmSync('moving/file', { force: true, recursive: true }); fs.mkdirSync('moving/file')"),
      code: 'file-unreadable',
      exit: 1,
      at: 'moving/file',
      says: /EISDIR/,
    },
  });
});

describe('an output folder', () => {
  refuses({
    "with somebody's files": { files: { 'packages/thesis.tex': 'mine' }, code: 'foreign-folder', exit: 3, says: /thesis\.tex/, hint: /--output-dir/ },
    "with somebody's files, by flag": { args: ['package', '-o', 'docs'], code: 'foreign-folder', exit: 3, says: /docs.*readme\.md/ },
    "with somebody's files, for staged trees": {
      args: ['stage', '--platform', 'linux', '--variant', 'minimal'],
      files: { 'dist/acme-1.2.3-linux-amd64-minimal/thesis.tex': 'mine' },
      code: 'staged-foreign',
      exit: 3,
      at: 'dist/acme-1.2.3-linux-amd64-minimal',
      says: /something is there that was not staged/,
    },
    'that is a file': { files: { packages: 'mine' }, code: 'folder-unwritable', exit: 3, says: /packages/ },
    'of another version': {
      files: { 'packages/.provisioning-dist': '', 'packages/release.json': otherRelease() },
      code: 'other-release',
      exit: 3,
      says: /acme 1\.2\.3.*it holds acme 1\.0\.0/,
      hint: /--clean/,
    },
    'whose manifest leads out': {
      files: { 'packages/.provisioning-dist': '', 'packages/release.json': otherRelease('../docs/readme.md') },
      args: ['clean'],
      code: 'manifest-broken',
      says: /not a plain file name/,
    },
    'without permission to write': {
      files: { 'packages/.provisioning-dist': '', packages: { folder: true, mode: 0o555 } },
      options: { unprivileged: true },
      code: 'output-unwritable',
      exit: 1,
      says: /permission denied/,
    },
  });
});

describe('a registry', () => {
  refuses({
    'without permission to write': {
      files: { published: { folder: true, mode: 0o555 } },
      options: { unprivileged: true },
      code: 'folder-unwritable',
      exit: 3,
      subject: 'publish.local',
      says: /published" is not writable/,
    },
    'with other bytes under the version': {
      files: { 'published/acme/1.2.3/checksums.sha256': 'other' },
      code: 'version-taken',
      exit: 3,
      subject: 'publish.local',
      says: /other bytes are there/,
      hint: /release a new version/,
      keepsFinished: true,
    },
    'given nothing': { args: ['publish'], code: 'manifest-unreadable', says: /release\.json/, hint: /package/ },
  });
});

describe('a device', () => {
  before('needs to mount', function () {
    if (canMount()) return;
    if (process.env.CI && process.getuid?.() === 0) throw new Error('Cannot run these tests: mounting is not permitted');
    this.skip();
  });

  refuses({
    'that is read-only, for artifacts': { prepare: mounted('packages', 'ro'), code: 'folder-unwritable', exit: 3, says: /read-only/ },
    'that is read-only, for a registry': {
      prepare: mounted('published', 'ro'),
      code: 'folder-unwritable',
      exit: 3,
      subject: 'publish.local',
      says: /published" is not writable/,
    },
    'that is full, for artifacts': {
      ...incompressible(),
      prepare: mounted('packages', 'size=64k'),
      code: 'disk-full',
      exit: 1,
      at: '.tar.gz',
      says: /no space left/,
      hint: /--output-dir/,
    },
    'that is full, for staged trees': {
      ...incompressible(),
      args: ['stage'],
      prepare: mounted('dist', 'size=64k'),
      code: 'staged-unwritable',
      exit: 1,
      says: /ENOSPC/,
    },
    'that is full, for a registry': {
      ...incompressible(),
      prepare: mounted('published', 'size=64k'),
      code: 'publish-failed',
      exit: 1,
      says: /no space|ENOSPC/,
      keepsFinished: true,
      leaves: ['published'],
    },
    'that says a file is empty and is not': {
      sections: { ...rule('{ from: docs/readme.md, to: share/ }'), platforms: 'platforms: [windows-amd64]' },
      prepare: bound('/proc/version', 'docs/readme.md'),
      code: 'stage-changed',
      exit: 1,
      subject: 'contents[0]',
      says: /changed while it was staged/,
    },
  });
});

/** A project of one file that a plugin changes between staging and packaging. */
function whilePackaged(action: string): Pick<Bad, 'sections' | 'files'> {
  return {
    sections: { ...rule('{ from: moving/file, to: share/ }'), platforms: 'platforms: [linux-amd64]', more: 'plugins: [./plugin.mjs]' },
    files: { 'plugin.mjs': pluginFile(`hooks.stage.tap({ name: 'probe' }, () => { ${action}; });`), 'moving/file': 'content' },
  };
}

function incompressible(): { readonly sections: Sections; readonly files: Files } {
  const sections = { contents: 'contents:\n  - { from: "docs/*", to: share/ }', variants: 'variants: {}' };
  return { sections, files: { 'docs/noise.bin': noise(400_000) } };
}

function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 16;
  });
}

function otherRelease(artifact = 'acme-1.0.0.zip'): string {
  const artifacts = [{ name: artifact, kind: 'archive', type: 'file', scope: 'cell', size: 0, sha256: '0'.repeat(64), digests: {} }];
  return JSON.stringify({ schema: 1, product: 'acme', name: 'acme', version: '1.0.0', snapshot: false, date: 0, artifacts });
}

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function mounted(folder: string, options: string): NonNullable<Bad['prepare']> {
  return (project) => {
    project.write({ [folder]: { folder: true } });
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', project.path(folder)]);
    return () => execFileSync('umount', [project.path(folder)]);
  };
}

function bound(source: string, file: string): NonNullable<Bad['prepare']> {
  return (project) => {
    execFileSync('mount', ['--bind', source, project.path(file)]);
    return () => execFileSync('umount', [project.path(file)]);
  };
}

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before } from 'mocha';

/** A root folder with a shell, databases of packages and programs that write down how they are called. */

const FOLDERS = ['bin', 'tmp', 'run/systemd/system', 'var/lib/dpkg/info', 'var/lib/dpkg/updates', 'var/lib/dpkg/triggers', 'usr/bin', 'dev', 'etc'];
const STUBS = ['deb-systemd-helper', 'deb-systemd-invoke', 'systemctl', 'systemd-sysusers', 'getent'];

export interface Root {
  readonly path: string;
  readonly dpkg: (...args: readonly string[]) => void;
  readonly rpm: (...args: readonly string[]) => void;
  /** What was called since the last time. */
  readonly calls: () => readonly string[];
}

/** Scripts of packages run in it by chroot, for which tests must be root. */
export function throwAwayRoot(): () => Root {
  let path = '';
  before('makes a root', function () {
    if (process.getuid?.() === 0) path = makeRoot();
    else if (process.env.CI) throw new Error('Cannot run these tests: they need root');
    else this.skip();
  });
  after('removes it', () => rmSync(path === '' ? join(tmpdir(), 'no-root') : path, { recursive: true, force: true }));
  return () => ({
    path,
    dpkg: (...args) => succeed('dpkg', ['--root', path, '--log', '/dev/null', '--force-depends', ...args], path),
    rpm: (...args) => succeed('rpm', ['--root', path, '--dbpath', '/var/lib/rpm', '--nodeps', '--nosignature', ...args], path),
    calls: () => takenCalls(join(path, 'calls')),
  });
}

function succeed(program: string, args: readonly string[], root: string): void {
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: root, LC_ALL: 'C' };
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${status}\n${stdout}${stderr}`);
}

function takenCalls(file: string): readonly string[] {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  rmSync(file, { force: true });
  return lines;
}

function makeRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'services-root-'));
  for (const path of FOLDERS) mkdirSync(join(root, path), { recursive: true });
  for (const name of ['status', 'available']) writeFileSync(join(root, 'var/lib/dpkg', name), '');
  const libraries = [...execFileSync('ldd', ['/bin/dash'], { encoding: 'utf8' }).matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path]) => path as string);
  for (const path of ['/bin/dash', ...libraries]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyFileSync(path, join(root, path));
  }
  symlinkSync('dash', join(root, 'bin/sh'));
  writeFileSync(join(root, 'dev/null'), '');
  for (const name of STUBS) {
    const path = join(root, 'usr/bin', name);
    writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> /calls\n`);
    chmodSync(path, 0o755);
  }
  return root;
}

/** Releases the example with the command line as users have it, then proves the result with the machine's own tools. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = import.meta.dirname;
const CLI = fileURLToPath(new URL('../../packages/core/bin/run.js', import.meta.url));
const PACKAGES = join(HERE, 'packages');
const OS: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'macos', win32: 'windows', freebsd: 'freebsd' };
const CPU: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

function run(program: string, args: readonly string[], cwd: string = HERE): void {
  const { status, error } = spawnSync(program, args, { cwd, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} exited with ${status}`);
}

function output(program: string, args: readonly string[]): string {
  const { status, error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (error || status !== 0) throw error ?? new Error(`${program} ${args.join(' ')} exited with ${status}: ${stderr}`);
  return stdout.trim();
}

/** `sha256sum -c` where there is one, else the same by hand. */
function checkSums(): void {
  if (spawnSync('sha256sum', ['--version']).status === 0) run('sha256sum', ['-c', 'checksums.sha256'], PACKAGES);
  else for (const line of readFileSync(join(PACKAGES, 'checksums.sha256'), 'utf8').trimEnd().split('\n')) checkSum(line);
}

function checkSum(line: string): void {
  const [sum, name = ''] = line.split(/ [ *]/);
  const found = createHash('sha256')
    .update(readFileSync(join(PACKAGES, name)))
    .digest('hex');
  if (found !== sum) throw new Error(`${name}: sha256 is ${found}, not ${sum}`);
  console.log(`${name}: OK`);
}

function runBinary(platform: string): void {
  const archive = readdirSync(PACKAGES).find((name) => name.includes(`-${platform}-complete.`));
  if (!archive) throw new Error(`there is no archive for ${platform} in ${PACKAGES}`);
  const folder = mkdtempSync(join(tmpdir(), 'esbuild-demo-'));
  try {
    title(`${archive} holds`);
    run('tar', ['-xf', join(PACKAGES, archive), '-C', folder]);
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) console.log(path);
    const [program] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /bin[/\\]esbuild(\.exe)?$/.test(path));
    if (!program) throw new Error(`${archive} has no bin/esbuild`);
    title(`${program} --version`);
    console.log(output(join(folder, program), ['--version']));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function title(text: string): void {
  console.log(`\n== ${text}`);
}

// The version is esbuild's and stays, the files carry the date of this repository's commit: a registry refuses that, so it starts empty.
rmSync(join(HERE, 'published'), { recursive: true, force: true });
run(process.execPath, [CLI, 'release', ...process.argv.slice(2)]);
title('sha256sum -c checksums.sha256');
checkSums();
const [os, cpu] = [OS[process.platform], CPU[process.arch]];
if (os && cpu && `${os}-${cpu}` !== 'windows-arm64') runBinary(`${os}-${cpu}`);
else console.log(`\nNo archive of the example is for ${process.platform}-${process.arch}`);

import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Toolchains find themselves and their caches through HOME, which tests change. */
export function toolchains(): Readonly<Record<string, string>> {
  const { RUSTUP_HOME = join(homedir(), '.rustup'), CARGO_HOME = join(homedir(), '.cargo'), PATH = '' } = process.env;
  return { RUSTUP_HOME, CARGO_HOME, GOCACHE: join(homedir(), '.cache/go-build'), GOTOOLCHAIN: 'local', PATH };
}

/** The first line `file` says of it, without the name. */
export function fileSays(path: string): string {
  return execFileSync('file', ['--brief', path], { encoding: 'utf8' }).trim();
}

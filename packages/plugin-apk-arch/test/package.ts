import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DistError, Distribution, Entry, FormatDefinition, FormatJob, Platform, ReadSource, Release, Role } from '@provisioning-dist/core';
import { ContentStore, type Needs } from '@provisioning-dist/payload';
import { createOptionsKit } from '../../core/src/config/options-kit.ts';
import { writeParts } from '../../core/src/lifecycle/output.ts';

export const DATE = Date.UTC(2024, 1, 29, 12, 30, 10) / 1000;
export const AMD64: Platform = { name: 'linux-amd64', os: 'linux', cpu: 'amd64', apk: 'x86_64' };

export const RELEASE: Release = {
  product: 'acme',
  name: 'acme',
  version: '1.2.3',
  snapshot: false,
  date: DATE,
  description: 'Tool that does things',
  homepage: 'https://acme.example',
  license: 'MIT',
  maintainer: 'Jane Doe <jane@acme.example>',
};

interface About {
  readonly mode?: number;
  readonly role?: Role;
  readonly owner?: string;
  readonly group?: string;
}

function common(path: string, { role = 'data', owner = 'root', group = 'root' }: About) {
  return { path, role, owner, group, component: 'main' } as const;
}

export function file(path: string, content: string | Uint8Array = '', about: About = {}): Entry & { type: 'file' } {
  const bytes = Buffer.from(content);
  return { ...common(path, about), type: 'file', mode: about.mode ?? 0o644, size: bytes.length, source: { bytes } };
}

export function directory(path: string, about: About = {}): Entry {
  return { ...common(path, about), type: 'directory', mode: about.mode ?? 0o755 };
}

export function symlink(path: string, target: string, about: About = {}): Entry {
  return { ...common(path, about), type: 'symlink', mode: 0o777, target };
}

export function sorted(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

/** A tree with one of everything, as a distribution holds it. */
export function sampleEntries(): readonly Entry[] {
  return sorted([
    file('LICENSE', 'MIT License\n', { role: 'license' }),
    file('README.md', '# acme\n', { role: 'doc' }),
    directory('bin'),
    file('bin/acme', `#!/bin/sh\n${'# padding\n'.repeat(20_000)}`, { mode: 0o755, role: 'binary' }),
    symlink('bin/ac', 'acme', { role: 'binary' }),
    directory('etc'),
    directory('etc/acme', { mode: 0o750 }),
    file('etc/acme/acme.toml', 'level = 1\n', { role: 'config', mode: 0o640 }),
    directory('share'),
    directory('share/acme'),
    directory('share/acme/empty'),
    file(`share/acme/${'long-name-'.repeat(15)}é`, 'hello\n'),
    file('share/acme/odd # = \\ name', ''),
    directory('share/man'),
    directory('share/man/man1'),
    file('share/man/man1/acme.1', '.TH ACME 1\n', { role: 'man' }),
  ]);
}

export interface Making {
  readonly entries?: readonly Entry[];
  /** As in the configuration. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly job?: Partial<FormatJob<unknown>>;
}

export function optionsOf<Options>(format: FormatDefinition<Options>, written: unknown = {}, root = '.'): Options {
  const parsed = format.options(createOptionsKit({ env: {}, root, onValue: () => {} })).safeParse(written);
  if (!parsed.success) throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
  return parsed.data;
}

export function formatJob<Options>(
  format: FormatDefinition<Options>,
  { entries = sampleEntries(), options = {}, job = {} }: Making,
): FormatJob<Options> {
  const unused = () => {
    throw new Error('no writer of a package asks for that');
  };
  return {
    release: RELEASE,
    options: optionsOf(format, options),
    id: 'package',
    signal: new AbortController().signal,
    log: { info: () => {}, warn: () => {}, debug: () => {} },
    tmp: unused,
    artifacts: unused,
    cell: { platform: AMD64, variant: undefined, variants: [], package: 'acme' },
    entries,
    content: { facts: unused, crc32: unused, encodedLength: unused, bytes: unused, read: unused, pieces: unused },
    date: DATE,
    fileName: 'acme',
    key: unused,
    ...(job as Partial<FormatJob<Options>>),
  };
}

export async function writePackage<Options>(format: FormatDefinition<Options>, making: Making, path: string): Promise<void> {
  const job = formatJob(format, making);
  const store = await ContentStore.open();
  try {
    const { needs } = format;
    const needed: Needs = typeof needs === 'function' ? needs(job.options) : (needs ?? {});
    await store.prepare(job.entries, needed);
    await writeParts(format.write?.({ ...job, content: store }) ?? [], { path, store });
  } finally {
    await store.close();
  }
}

export async function makePackage<Options>(format: FormatDefinition<Options>, making: Making = {}): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'apk-arch-test-'));
  try {
    const path = join(folder, 'package');
    await writePackage(format, making, path);
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function sourceOf(bytes: Uint8Array, path: string): ReadSource {
  return { path, size: bytes.length, read: (position, length) => bytes.subarray(position, position + length) };
}

export function distribution(entries: readonly Entry[] = sampleEntries(), platform: Platform | undefined = AMD64): Distribution {
  return { platform, variant: undefined, entries };
}

export function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as DistError).code;
  }
  throw new Error('nothing was thrown');
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Distribution, Entry, Finding, FormatDefinition, FormatJob, Platform } from '@provisioning-dist/core';
import { ContentStore, type Needs, type Parts } from '@provisioning-dist/payload';
import { z } from 'zod';
import { writeParts } from '../../core/src/lifecycle/output.ts';

export const DATE = Date.UTC(2024, 1, 29, 12, 30, 10) / 1000;

export const LINUX: Platform = { name: 'linux-amd64', os: 'linux', cpu: 'amd64' };
export const MACOS: Platform = { name: 'macos-arm64', os: 'macos', cpu: 'arm64' };
export const WINDOWS: Platform = { name: 'windows-amd64', os: 'windows', cpu: 'amd64' };

const COMMON = { owner: 'root', group: 'root', role: 'data', component: 'main' } as const;

export function file(path: string, content: string | Uint8Array = '', mode = 0o644): Entry & { type: 'file' } {
  const bytes = Buffer.from(content);
  return { ...COMMON, type: 'file', path, mode, size: bytes.length, source: { bytes } };
}

export function directory(path: string, mode = 0o755): Entry {
  return { ...COMMON, type: 'directory', path, mode };
}

export function symlink(path: string, target: string): Entry & { type: 'symlink' } {
  return { ...COMMON, type: 'symlink', path, mode: 0o777, target };
}

/** A tree with one of everything, as a distribution holds it. */
export function sampleEntries(): Entry[] {
  return [
    file('LICENSE', 'MIT\n'),
    directory('bin'),
    file('bin/app', `\x7fELF${'code '.repeat(30_000)}`, 0o755),
    symlink('bin/latest', 'app'),
    directory('empty'),
    directory('share'),
    file('share/empty'),
    file(`share/${'long-name-'.repeat(15)}é`, 'hello\n'),
  ];
}

/** A job as core makes it; the content store comes from `packed`. */
export function formatJob<Options>(entries: readonly Entry[], fields: Partial<FormatJob<Options>> & { options: Options }): FormatJob<Options> {
  const release = { product: 'app', name: 'app', version: '1.2.3', snapshot: false, date: DATE };
  const log = { info: () => {}, warn: () => {}, debug: () => {} };
  const cell = { platform: LINUX, variant: undefined, variants: [], package: 'app' };
  const unused = () => {
    throw new Error('no writer of an archive asks for that');
  };
  return {
    release,
    id: 'archive',
    signal: new AbortController().signal,
    log,
    tmp: unused,
    artifacts: unused,
    cell,
    entries,
    content: { facts: unused, crc32: unused, encodedLength: unused, bytes: unused, read: unused, pieces: unused },
    date: DATE,
    fileName: 'app-1.2.3-linux-amd64.tar.gz',
    key: unused,
    ...fields,
  };
}

/** Runs `use` with a content store prepared for the format, and a folder; both are gone afterwards. */
export async function withStore<Options, T>(
  format: FormatDefinition<Options>,
  job: FormatJob<Options>,
  use: (tools: { job: FormatJob<Options>; folder: string; store: ContentStore }) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'archive-test-'));
  const store = await ContentStore.open();
  try {
    const needs: Needs = (typeof format.needs === 'function' ? format.needs(job.options) : format.needs) ?? {};
    await store.prepare(job.entries, needs);
    return await use({ job: { ...job, content: store }, folder, store });
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

export async function writeFile(parts: Parts, path: string, store: ContentStore): Promise<void> {
  await writeParts(parts, { path, store });
}

/** The options as the configuration's schema gives them. */
export function parseOptions<Options>(format: FormatDefinition<Options>, written: unknown): { success: boolean; data?: Options } {
  const kit = { z } as unknown as Parameters<FormatDefinition<Options>['options']>[0];
  return format.options(kit).safeParse(written);
}

export function distribution(entries: readonly Entry[], platform: Platform | undefined = LINUX): Distribution {
  return { platform, variant: undefined, entries };
}

/** `code subject` of each finding. */
export function brief(findings: Iterable<Finding>): string[] {
  return Array.from(findings, ({ code, subject }) => `${code} ${subject}`);
}

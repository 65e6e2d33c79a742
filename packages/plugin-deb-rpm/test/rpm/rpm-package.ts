import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry, FormatJob, KeyHandle, Platform, ReadSource } from '@provisioning-dist/core';
import { ContentStore, type Needs } from '@provisioning-dist/payload';
import { createOptionsKit } from '../../../core/src/config/options-kit.ts';
import { writeParts } from '../../../core/src/lifecycle/output.ts';
import { rpmFormat } from '../../src/rpm/format.ts';
import type { RpmOptions } from '../../src/rpm/options.ts';
import { DATE, RELEASE, sampleEntries } from '../package.ts';

export { codeOf, DATE, directory, file, RELEASE, sampleEntries, sorted, symlink } from '../package.ts';

export const X86_64: Platform = { name: 'linux-amd64', os: 'linux', cpu: 'amd64', rpm: 'x86_64' };

export interface Making {
  readonly entries?: readonly Entry[];
  /** As in the configuration. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly job?: Partial<FormatJob<RpmOptions>>;
}

type Parsed =
  | { readonly success: true; readonly data: RpmOptions }
  | { readonly success: false; readonly error: { readonly issues: readonly { readonly message: string; readonly path: readonly PropertyKey[] }[] } };

export function parseOptions(written: unknown, root = '.'): Parsed {
  return rpmFormat.options(createOptionsKit({ env: {}, root, onValue: () => {} })).safeParse(written) as Parsed;
}

export function optionsOf(written: unknown = {}, root?: string): RpmOptions {
  const parsed = parseOptions(written, root);
  if (!parsed.success) throw new Error(problems(parsed.error.issues));
  return parsed.data;
}

/** What is said of options that are refused. */
export function refusalOf(written: unknown, root?: string): string {
  const parsed = parseOptions(written, root);
  if (parsed.success) throw new Error('the options were taken');
  return problems(parsed.error.issues);
}

function problems(issues: readonly { readonly message: string; readonly path: readonly PropertyKey[] }[]): string {
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
}

export function formatJob({ entries = sampleEntries(), options = {}, job = {} }: Making): FormatJob<RpmOptions> {
  const unused = () => {
    throw new Error('no writer of an rpm asks for that');
  };
  return {
    release: RELEASE,
    options: optionsOf(options),
    id: 'rpm',
    signal: new AbortController().signal,
    log: { info: () => {}, warn: () => {}, debug: () => {} },
    tmp: unused,
    artifacts: unused,
    cell: { platform: X86_64, variant: undefined, variants: [], package: 'acme' },
    entries,
    content: { facts: unused, crc32: unused, encodedLength: unused, bytes: unused, read: unused, pieces: unused },
    date: DATE,
    fileName: 'acme-1.2.3-1.x86_64.rpm',
    key: unused,
    ...job,
  };
}

/** A key whose signature is made by `sign`. */
export function keyHandle(sign: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>): KeyHandle {
  const unused = () => {
    throw new Error('no writer of an rpm asks for that');
  };
  return {
    id: 'release',
    info: unused,
    openpgp: async (data) => await sign(Buffer.concat(data instanceof Uint8Array ? [data] : [...data])),
    cms: unused,
    raw: unused,
  };
}

/** Runs `use` with a job whose contents are prepared. */
export async function withContents<T>(making: Making, use: (job: FormatJob<RpmOptions>, store: ContentStore) => Promise<T> | T): Promise<T> {
  const job = formatJob(making);
  const store = await ContentStore.open();
  try {
    await store.prepare(job.entries, (rpmFormat.needs as (options: RpmOptions) => Needs)(job.options));
    return await use({ ...job, content: store }, store);
  } finally {
    await store.close();
  }
}

export async function writeRpm(making: Making, path: string): Promise<void> {
  await withContents(making, (job, store) => writeParts(rpmFormat.write?.(job) ?? [], { path, store }));
}

export async function makeRpm(making: Making = {}): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'rpm-test-'));
  try {
    const path = join(folder, 'package.rpm');
    await writeRpm(making, path);
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function sourceOf(bytes: Uint8Array, path = 'acme-1.2.3-1.x86_64.rpm'): ReadSource {
  return { path, size: bytes.length, read: (position, length) => bytes.subarray(position, position + length) };
}

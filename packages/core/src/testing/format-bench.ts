import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentStore } from '@provisioning-dist/payload';
import type { FormatJob } from '../jobs.ts';
import type { KeyHandle } from '../key.ts';
import { withSource } from '../lifecycle/artifact-source.ts';
import { writeLayout } from '../lifecycle/layout.ts';
import { writeParts } from '../lifecycle/output.ts';
import type { Artifact, ArtifactFilter } from '../model/artifact.ts';
import type { Entry } from '../model/entry.ts';
import type { Finding } from '../model/finding.ts';
import type { Platform } from '../model/platform.ts';
import type { FormatDefinition } from '../plugin.ts';
import { testRelease } from './artifacts.ts';

/** One format at work, as the lifecycle drives it. */

export interface FormatSpec<Options> {
  readonly definition: FormatDefinition<Options>;
  /** As the schema parses them. */
  readonly options: Options;
  /** Default linux-amd64; formats of scope `release` get none. */
  readonly platform?: Platform;
  /** Sorted by the bytes of their paths; default `sampleEntries()`. */
  readonly entries?: readonly Entry[];
  /** What the format consumes. */
  readonly artifacts?: readonly Artifact[];
  readonly key?: (id: string) => KeyHandle;
  /** Bytes nothing protects: damage there need not be found. */
  readonly blind?: (position: number, bytes: Uint8Array) => boolean;
}

/** A finished artifact in a folder of its own. */
export interface Made {
  readonly path: string;
  /** Of a layout none. */
  readonly bytes: Uint8Array;
  readonly digest: string;
  readonly entries: readonly Entry[];
}

const LINUX: Platform = { name: 'linux-amd64', os: 'linux', cpu: 'amd64' };

/** Writes the artifact, lets `use` look at it, and removes it. */
export async function make<Options>(spec: FormatSpec<Options>, entries: readonly Entry[], use: (made: Made) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  const store = await ContentStore.open();
  const { definition, options } = spec;
  try {
    await store.prepare(entries, (typeof definition.needs === 'function' ? definition.needs(options) : definition.needs) ?? {});
    const job = jobOf(spec, { entries, store, folder });
    const path = join(folder, job.fileName);
    const written = await write(definition, job, { path, store });
    await use({ path, bytes: definition.write ? readFileSync(path) : Buffer.alloc(0), digest: written, entries });
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Target {
  readonly path: string;
  readonly store: ContentStore;
}

async function write<Options>({ layout, write }: FormatDefinition<Options>, job: FormatJob<Options>, target: Target): Promise<string> {
  if (layout) return (await writeLayout(layout(job), { ...target, signal: job.signal })).sha256;
  return (await writeParts(write?.(job) ?? [], target)).digests.sha256;
}

interface Work {
  readonly entries: readonly Entry[];
  readonly store: ContentStore;
  readonly folder: string;
}

function jobOf<Options>(spec: FormatSpec<Options>, { entries, store, folder }: Work): FormatJob<Options> {
  const { definition, options, artifacts = [], key = noKey } = spec;
  const release = testRelease('1.2.3');
  const platform = platformOf(spec);
  const cell = { platform, variant: undefined, variants: [], package: release.name };
  const defaultName = [release.name, release.version, ...(platform ? [platform.name] : [])].join('-');
  const named = { release, options, cell, ext: definition.ext, defaultName: `${defaultName}.${definition.ext}` };
  const log = { info: () => {}, warn: () => {}, debug: () => {} };
  return Object.freeze({
    ...{ release, options, cell, entries, log, key, id: 'tested', signal: new AbortController().signal, date: release.date, content: store },
    fileName: definition.name?.(named) ?? named.defaultName,
    tmp: () => mkdtempSync(join(folder, 'tmp-')),
    artifacts: (filter?: ArtifactFilter) => artifacts.filter(({ kind }) => filter?.kind === undefined || [filter.kind].flat().includes(kind)),
  });
}

function platformOf<Options>({ definition, platform = LINUX }: FormatSpec<Options>): Platform | undefined {
  return definition.scope === 'release' ? undefined : platform;
}

/** What the format's own reader finds, against a distribution of these entries when given. */
export async function read<Options>(spec: FormatSpec<Options>, made: Made, entries: readonly Entry[] | undefined): Promise<readonly Finding[]> {
  const { definition, options } = spec;
  const size = definition.write ? readFileSync(made.path).length : undefined;
  const distribution = entries && { platform: platformOf(spec), variant: undefined, entries };
  const view = { options, date: testRelease('1.2.3').date };
  return withSource(made.path, size, async (source) => [...((await definition.read?.(source, distribution, view)) ?? [])]);
}

function noKey(id: string): never {
  throw new Error(`no key "${id}" is given to the conformance kit`);
}

import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { EffectContext, Log } from '../effect.ts';
import type { Http } from '../http.ts';
import type { RegistryJob } from '../jobs.ts';
import { artifactFile } from '../lifecycle/artifact-file.ts';
import { plain } from '../lifecycle/canonical-json.ts';
import { createHttp } from '../lifecycle/http-client.ts';
import { type Journal, openJournal } from '../lifecycle/journal.ts';
import type { Artifact, ArtifactFilter } from '../model/artifact.ts';
import type { Release } from '../model/release.ts';
import { testArtifacts, testRelease, writeArtifacts } from './artifacts.ts';
import type { CrashPoints } from './crash.ts';
import type { RegistryConformance, RegistryWorld } from './registry-spec.ts';

/** What stands around a registry at work: releases with artifacts, journals, logs, and the way out. */
export interface Stage {
  readonly id: string;
  readonly folder: string;
  readonly options: unknown;
  readonly log: Log;
  /** Everything logged. */
  readonly said: string[];
  readonly key: EffectContext['key'];
  readonly release: (version: string) => Release;
  readonly artifacts: (version: string) => readonly Artifact[];
  readonly select: (version: string) => (filter?: ArtifactFilter) => readonly Artifact[];
  readonly file: (version: string) => EffectContext['file'];
  readonly open: (version: string) => Promise<Journal>;
  readonly tmp: () => string;
  readonly http: (run: { readonly dry?: boolean; readonly crash?: CrashPoints; readonly signal?: AbortSignal }) => Http;
  /** For handlers that change nothing. */
  readonly job: (version: string) => RegistryJob<unknown>;
  /** For probes. */
  readonly context: (version: string, before?: unknown) => EffectContext;
}

export const INSTANCE = 'tested';

export const NEVER: AbortSignal = new AbortController().signal;

export function createStage<Options, World extends RegistryWorld<Options>>(
  spec: RegistryConformance<Options, World>,
  { options }: World,
  folder: string,
): Stage {
  const made = new Map<string, readonly Artifact[]>();
  const said: string[] = [];
  const say = (message: string): void => void said.push(message);
  const log: Log = { info: say, warn: say, debug: say };
  const key = spec.key ?? noKey;
  const packages = (version: string): string => join(folder, 'packages', version);
  const release = (version: string): Release => testRelease(version, spec.release);
  const artifacts = (version: string): readonly Artifact[] => {
    const found = made.get(version) ?? writeArtifacts(packages(version), (spec.artifacts ?? testArtifacts)(version));
    made.set(version, found);
    return found;
  };
  const select: Stage['select'] = (version) => (filter) => artifacts(version).filter((artifact) => matches(artifact, filter));
  const file: Stage['file'] = (version) => artifactFile((name) => artifacts(version).find((one) => one.name === name), packages(version));
  const tmp = (): string => mkdtempSync(join(folder, 'tmp-'));
  const http: Stage['http'] = ({ dry = false, crash, signal = NEVER }) => {
    const web = createHttp({ signal, dry, userAgent: 'provisioning-dist/test' });
    return crash ? crash.http(web) : web;
  };
  const looking = { options, signal: NEVER, log, key, http: http({ dry: true }) };
  return {
    ...{ id: INSTANCE, folder, options, log, said, key, release, artifacts, select, file, tmp, http },
    open: (version) => openJournal(join(folder, 'state', version), release(version), String),
    job: (version) =>
      Object.freeze({
        ...{ ...looking, id: INSTANCE, release: release(version), tmp, artifacts: select(version), locate: () => undefined },
        effect: () => Promise.reject(new Error('a handler that only looks began an effect')),
      }),
    context: (version, before) => ({ ...looking, file: file(version), before: plain(before) }),
  };
}

function matches(artifact: Artifact, filter: ArtifactFilter = {}): boolean {
  return Object.entries(filter).every(([name, wanted]) => [wanted].flat().includes(artifact[name as keyof ArtifactFilter] as never));
}

function noKey(id: string): never {
  throw new Error(`no key "${id}" is given to the conformance kit`);
}

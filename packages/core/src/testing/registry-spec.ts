import type { AnyEffect } from '../effect.ts';
import type { KeyHandle } from '../key.ts';
import type { Artifact } from '../model/artifact.ts';
import type { Release } from '../model/release.ts';
import type { RegistryDefinition } from '../plugin.ts';
import type { TestArtifact } from './artifacts.ts';
import type { FaultScript } from './faults.ts';

/** A place to publish to that belongs to one test alone. */
export interface RegistryWorld<Options> {
  /** As the schema parses them; secrets by `testSecret()`. */
  readonly options: Options;
  /** A hash of all that is there. Equal contents give equal hashes, in another world too; a stored record is left out. */
  readonly state: () => Promise<string>;
  /** What the server was asked for, where there is one. */
  readonly log?: () => readonly { readonly unsafe: boolean }[];
  readonly close: () => Promise<void>;
}

/** What somebody else does there meanwhile. */
export interface Tampering<World> {
  /** Puts other bytes in the place of an artifact of the release; the answer looks whether they are still there. */
  readonly replace?: (world: World, artifact: Artifact, release: Release) => Promise<() => Promise<boolean>>;
  /** Takes an artifact away. */
  readonly remove?: (world: World, artifact: Artifact, release: Release) => Promise<void>;
  /** Points clients to something else; the answer looks whether they still are. */
  readonly repoint?: (world: World, release: Release) => Promise<() => Promise<boolean>>;
}

export interface RegistryConformance<Options, World extends RegistryWorld<Options>> {
  readonly definition: RegistryDefinition<Options>;
  /** An empty place; with faults where `faulty` says that there is a server that can have them. */
  readonly open: (faults?: FaultScript) => Promise<World>;
  readonly faulty?: boolean;
  /** At how many points a run dies, spread evenly; default at every one. */
  readonly crashes?: number;
  /** Of a version; by default two archives, checksums and the manifest. */
  readonly artifacts?: (version: string) => readonly TestArtifact[];
  readonly release?: Partial<Release>;
  readonly tampering?: Tampering<World>;
  /** What `job.key(id)` gives. */
  readonly key?: (id: string) => KeyHandle;
}

export function effectsOf({ definition }: { readonly definition: { readonly effects: readonly AnyEffect[] } }): readonly AnyEffect[] {
  return definition.effects;
}

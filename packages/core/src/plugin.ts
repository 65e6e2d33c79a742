import type { Digest, Needs, Parts } from '@provisioning-dist/payload';
import type { z } from 'zod';
import type { AnyChannel } from './channel.ts';
import type { AnyEffect } from './effect.ts';
import type { AnyFacts } from './facts.ts';
import type { HookFacade } from './hooks.ts';
import type {
  BuildJob,
  BuildOutput,
  FormatJob,
  LayoutMember,
  NameJob,
  ReadSource,
  ReadView,
  RegistryJob,
  RegistryView,
  RollbackJob,
  SelectJob,
} from './jobs.ts';
import type { AnyKey } from './key.ts';
import type { OptionsKit } from './kit.ts';
import type { ArtifactFilter, ArtifactKind, ArtifactRef, Scope } from './model/artifact.ts';
import type { Distribution } from './model/distribution.ts';
import type { Entry } from './model/entry.ts';
import type { Finding } from './model/finding.ts';
import type { Os, Platform } from './model/platform.ts';
import type { ServicesDefinition } from './services.ts';
import type { AnyValidator } from './validator.ts';

export type { ReadSource } from './jobs.ts';
export type { OptionsKit, Secret } from './kit.ts';

/** The contract's major version. A plugin made for another one is refused by name. */
export const API_VERSION = 1;

export interface FormatDefinition<Options> {
  readonly scope: Scope;
  /** Operating systems it is made for; absent = all. */
  readonly os?: readonly Os[];
  /** Operating systems for which it is its group's default, as in `packages: { archive: {} }`. */
  readonly defaultFor?: readonly Os[];
  /** The name of the group users select with `--format`. */
  readonly group: 'archive' | 'package' | 'installer' | 'container' | 'document';
  readonly kind: ArtifactKind;
  /** File name extension without the leading dot. */
  readonly ext: string;
  /** Platform columns that must be filled, e.g. `deb`. */
  readonly column?: keyof Platform;
  readonly options: (kit: OptionsKit) => z.ZodType<Options>;
  /** Digests and segments of the contents the writer relies on; may depend on the options. */
  readonly needs?: Needs | ((options: Options) => Needs);
  /**
   * What a format of scope `release` gets as entries; absent = none. `source`: the tracked files of the release's commit. `docs`: the tree
   * documentation is taken from, which is that of the plan's first variant on its first platform but Windows.
   */
  readonly entries?: 'source' | 'docs';
  /** The entries the artifact holds, of those it may hold; generated ones may join them. Pure. Absent = all. */
  readonly select?: (entries: readonly Entry[], job: SelectJob<Options>) => readonly Entry[];
  /** Artifacts that must be finished first (formats of scope `release`). */
  readonly consumes?: ArtifactFilter;
  /** Another file name than the product's rule gives. Pure. */
  readonly name?: (job: NameJob<Options>) => string;
  /** The service manager of its systems, by its key among plugins' services; its jobs have the services of `services:` then. */
  readonly services?: string;
  /** Pure: the parts of one file. Exactly one of `write` and `layout` is given. */
  readonly write?: (job: FormatJob<Options>) => Parts;
  /** Pure: a directory tree instead of a file. */
  readonly layout?: (job: FormatJob<Options>) => Iterable<LayoutMember>;
  /** Further digests of the finished file. sha256 is always made. */
  readonly artifactDigests?: readonly Digest[];
  /** Reads the artifact and lists what is wrong with it, against the distribution and the settings it was made from when given. */
  readonly read?: (source: ReadSource, distribution?: Distribution, view?: ReadView<Options>) => Iterable<Finding> | Promise<Iterable<Finding>>;
}

export interface BuilderDefinition<Options> {
  readonly options: (kit: OptionsKit) => z.ZodType<Options>;
  /** Command lines that build the same without us, for people who have the source only. Pure. */
  readonly instructions?: (options: Options) => readonly string[];
  /** Inputs missing or tools absent, found before anything is built. */
  readonly preflight?: (job: BuildJob<Options>) => Promise<readonly Finding[]>;
  readonly build: (job: BuildJob<Options>) => Promise<readonly BuildOutput[]>;
}

export interface RegistryDefinition<Options> {
  readonly options: (kit: OptionsKit) => z.ZodType<Options>;
  readonly effects: readonly AnyEffect[];
  /** Whether snapshots may be published there. */
  readonly snapshots?: boolean;
  /** What would make publishing fail: credentials, targets, versions taken. Changes nothing. */
  readonly preflight?: (job: RegistryJob<Options>) => Promise<readonly Finding[]>;
  /** The artifact's public address. Pure. */
  readonly locate?: (artifact: ArtifactRef, view: RegistryView<Options>) => string | undefined;
  readonly publish: (job: RegistryJob<Options>) => Promise<void>;
  /** The version clients get now. */
  readonly current?: (job: RegistryJob<Options>) => Promise<string | undefined>;
  /** Reads back what the public sees of the release and lists what is wrong with it. Changes nothing. */
  readonly verify?: (job: RegistryJob<Options>) => Promise<readonly Finding[]>;
  /** Ways back beside undoing the journal, which every registry has. */
  readonly rollbackModes?: readonly ('retarget' | 'forward')[];
  /** Goes back in its own way. Absent, or for a mode it does not name = the journal is undone. */
  readonly rollback?: (job: RollbackJob<Options>) => Promise<void>;
  /** Keeps the release's journal, so that another machine can go on or go back. No effects: the record is about them. */
  readonly record?: {
    /** Whether it has a place for it, by its options alone. Absent = always. */
    readonly can?: (options: Options) => boolean;
    readonly write: (job: RegistryJob<Options>, journal: Uint8Array) => Promise<void>;
    /** Undefined when it has none of this release. */
    readonly read: (job: RegistryJob<Options>) => Promise<Uint8Array | undefined>;
  };
}

export interface Plugin {
  readonly name: string;
  readonly apiVersion: number;
  readonly builders?: Readonly<Record<string, AnyBuilder>>;
  readonly formats?: Readonly<Record<string, AnyFormat>>;
  /** What looks at finished artifacts, under `validate:`. */
  readonly validators?: Readonly<Record<string, AnyValidator>>;
  readonly registries?: Readonly<Record<string, AnyRegistry>>;
  readonly keys?: Readonly<Record<string, AnyKey>>;
  readonly channels?: Readonly<Record<string, AnyChannel>>;
  /** What `changelog:` uses. */
  readonly facts?: Readonly<Record<string, AnyFacts>>;
  /** What writes `services:` down, by service manager. */
  readonly services?: Readonly<Record<string, ServicesDefinition>>;
  /** Taps that cut across: add entries, measure, veto. Cannot add keys. */
  readonly setup?: (context: { readonly hooks: HookFacade }) => void;
}

// biome-ignore lint/suspicious/noExplicitAny: definitions are contravariant in their options; a record of them has no common supertype but this
export type AnyFormat = FormatDefinition<any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
export type AnyBuilder = BuilderDefinition<any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
export type AnyRegistry = RegistryDefinition<any>;

/** Types a format: the handlers see the options its schema parses to. */
export function defineFormat<Options>(format: FormatDefinition<Options>): FormatDefinition<Options> {
  return format;
}

/** Types a builder. */
export function defineBuilder<Options>(builder: BuilderDefinition<Options>): BuilderDefinition<Options> {
  return builder;
}

/** Types a registry. */
export function defineRegistry<Options>(registry: RegistryDefinition<Options>): RegistryDefinition<Options> {
  return registry;
}

/** What a plugin package exports by default. */
export function definePlugin(plugin: Plugin): Plugin {
  return Object.freeze({ ...plugin });
}

import type { Parts } from '@provisioning-dist/payload';
import type { ChannelJob } from './channel.ts';
import type { Log } from './effect.ts';
import type { BuildJob, BuildOutput, FormatJob, LayoutMember, RegistryJob, RollbackJob, SignJob, ValidateJob } from './jobs.ts';
import type { Distribution } from './model/distribution.ts';
import type { Entry } from './model/entry.ts';
import type { Finding } from './model/finding.ts';
import type { Platform } from './model/platform.ts';
import type { Release } from './model/release.ts';

export interface TapOptions {
  /** Who taps; unique per hook and key. */
  readonly name: string;
  /** Names of taps this one runs before. An unknown name is an error. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
}

export interface SeriesHook<Job> {
  /** Every tap runs, in order. */
  readonly tap: (options: TapOptions, fn: (job: Job) => Promise<void> | void) => void;
}

export interface KeyedHook<Job, Answer> {
  /** `key` must be one a plugin provides. */
  readonly tap: (key: string, options: TapOptions, fn: (job: Job) => Promise<Answer> | Answer) => void;
}

export interface BeforeBuildJob {
  readonly release: Release;
  readonly platforms: readonly Platform[];
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface StageJob {
  readonly release: Release;
  readonly distribution: Distribution;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Adds an entry; one that stands on the path of another is an error. */
  readonly add: (entry: Entry) => void;
}

/** A format's answer: the parts of a file or the members of a layout. */
export type PackageAnswer = { readonly parts: Parts } | { readonly members: Iterable<LayoutMember> };

/** The lifecycle's hooks as plugins see them. */
export interface HookFacade {
  /** Once per run, before any builder. Every tap, in order. */
  readonly beforeBuild: SeriesHook<BeforeBuildJob>;
  /** Per builder and platform. Every tap, in order; their outputs are joined. */
  readonly build: KeyedHook<BuildJob<unknown>, readonly BuildOutput[]>;
  /** Per platform and variant, after its entries are collected. Every tap, in order. */
  readonly stage: SeriesHook<StageJob>;
  /** Per cell, keyed by format. The first tap that answers wins; a tap that declines answers undefined. */
  readonly package: KeyedHook<FormatJob<unknown>, PackageAnswer | undefined>;
  /** Per finished artifact, keyed by format. Every tap, in order; their findings are joined. The format's own reader is the first. */
  readonly validate: KeyedHook<ValidateJob<unknown>, readonly Finding[]>;
  /** Per file and key that signs it detached, keyed by type, before it is signed. Every tap, in order: to look, measure or veto. */
  readonly sign: KeyedHook<SignJob<unknown>, void>;
  /** Per registry, keyed by type. Every tap, in order. */
  readonly publish: KeyedHook<RegistryJob<unknown>, void>;
  /** Per channel and message, keyed by type. Every tap, in order. */
  readonly notify: KeyedHook<ChannelJob<unknown>, void>;
  /** Per registry, keyed by type. The first tap that answers true has gone back; one that declines answers undefined, and then the journal is undone. */
  readonly rollback: KeyedHook<RollbackJob<unknown>, true | undefined>;
}

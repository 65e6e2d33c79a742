import type { z } from 'zod';
import type { OptionsKit } from './kit.ts';
import type { Log } from './log.ts';
import type { Change } from './model/change.ts';
import type { Release } from './model/release.ts';

/** What fills `release.changes` and `release.notes`. */

/** A commit as git has it; author names are those of `.mailmap`. */
export interface HistoryCommit {
  readonly id: string;
  readonly parents: readonly string[];
  readonly author: string;
  /** Seconds since 1970 UTC, when it was committed. */
  readonly date: number;
  /** As written: control characters included. */
  readonly message: string;
}

export interface HistoryRange {
  /** Tag, branch or id that is left out with all before it; absent = from the beginning. */
  readonly from?: string;
  /** Default HEAD. */
  readonly to?: string;
  /** Only commits that touch these: pathspecs of git, relative to the project. */
  readonly paths?: readonly string[];
}

export interface FactsJob<Options> {
  /** Without the facts that are asked for. */
  readonly release: Release;
  readonly options: Options;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Project root (absolute). */
  readonly root: string;
  /** What the release is made of: since the version before it, up to its tag, or to HEAD where there is none yet. */
  readonly range: { readonly from?: string; readonly to: string };
  /** Tag of the release, also before there is one. */
  readonly tag: string;
  /** The remote's address without user, password and query. */
  readonly remote?: string;
  /** Commits of a range, the newest first. Default: those of the release; none outside git. */
  readonly history: (range?: HistoryRange) => AsyncIterable<HistoryCommit>;
}

export interface FactsDefinition<Options> {
  readonly options: (kit: OptionsKit) => z.ZodType<Options>;
  readonly changes?: (job: FactsJob<Options>) => Promise<readonly Change[]>;
  /** Markdown (CommonMark); `changes` are those of the release. */
  readonly notes?: (job: FactsJob<Options>, changes: readonly Change[]) => Promise<string | undefined>;
}

// biome-ignore lint/suspicious/noExplicitAny: definitions are contravariant in their options; a record of them has no common supertype but this
export type AnyFacts = FactsDefinition<any>;

/** Types facts: the handlers see the options its schema parses to. */
export function defineFacts<Options>(facts: FactsDefinition<Options>): FactsDefinition<Options> {
  return facts;
}

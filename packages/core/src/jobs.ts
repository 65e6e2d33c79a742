import type { Content, Parts } from '@provisioning-dist/payload';
import type { Effect } from './effect.ts';
import type { Http } from './http.ts';
import type { KeyHandle, SignedFile } from './key.ts';
import type { Log } from './log.ts';
import type { Artifact, ArtifactFilter, ArtifactRef } from './model/artifact.ts';
import type { Distribution } from './model/distribution.ts';
import type { Entry } from './model/entry.ts';
import type { Platform } from './model/platform.ts';
import type { Release } from './model/release.ts';
import type { ExecOptions, ExecResult } from './program.ts';
import type { ServiceFiles } from './services.ts';

export type { ExecOptions, ExecResult } from './program.ts';

/** What handlers receive and answer with. */

/** What every job has. */
export interface JobBase<Options> {
  readonly release: Release;
  readonly options: Options;
  /** Instance id: the key in the configuration. */
  readonly id: string;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** A private folder, removed when the run ends. */
  readonly tmp: () => string;
  /** Artifacts finished so far, in the order of their names. */
  readonly artifacts: (filter?: ArtifactFilter) => readonly Artifact[];
}

/** A named selection of entries packaged together; the cell a format works on. */
export interface Cell {
  /** `undefined` for `arch: all`. */
  readonly platform: Platform | undefined;
  readonly variant: string | undefined;
  /** Whether `variant` is the first one declared (it owns the bare package name), and its siblings. */
  readonly variants: readonly string[];
  /** Package name, from `package:` of the instance, else the release's name. */
  readonly package: string;
}

export interface FormatJob<Options> extends JobBase<Options> {
  /** Without platform and variant for formats of scope `release`. */
  readonly cell: Cell;
  /** Sorted by the bytes of their paths. Empty for formats of scope `release` that ask for none. */
  readonly entries: readonly Entry[];
  readonly content: Content;
  /** Seconds since 1970 UTC for every timestamp in the artifact. */
  readonly date: number;
  /** The artifact's final file name. */
  readonly fileName: string;
  /** What its package is to tell the service manager the format names. */
  readonly services?: readonly ServiceFiles[];
  /** A key under `sign:`, for signatures inside the artifact: yield `{ ask: () => job.key(id).openpgp(bytes) }`. Throws a DistError for one that is not there. */
  readonly key: (id: string) => KeyHandle;
}

/** What names and plan need before anything is built. */
export interface NameJob<Options> {
  readonly release: Release;
  readonly options: Options;
  readonly cell: Cell;
  readonly ext: string;
  /** The name by the product's rule: `{name}-{version}-{platform}-{variant}.{ext}`. */
  readonly defaultName: string;
}

/** What choosing an artifact's entries needs. */
export interface SelectJob<Options> {
  readonly release: Release;
  readonly options: Options;
  /** How the product is built, in the order written. */
  readonly builds: readonly BuildStep[];
}

/** One item of `build:`. */
export interface BuildStep {
  readonly id: string;
  /** The builder's key. */
  readonly use: string;
  /** Selectors as written; absent = all platforms. */
  readonly platforms?: readonly string[];
  /** What to type to build it by hand; empty where the builder does not say. */
  readonly commands: readonly string[];
}

/** How an artifact was made, for its reader. */
export interface ReadView<Options> {
  readonly options: Options;
  /** Seconds since 1970 UTC of every timestamp in the artifact. */
  readonly date: number;
  readonly services?: readonly ServiceFiles[];
}

/** Reads a finished artifact back. */
export interface ReadSource {
  /** The file, or the folder of a layout. */
  readonly path: string;
  readonly size: number;
  /** Up to `length` bytes at `position`; short only at the end. */
  readonly read: (position: number, length: number) => Uint8Array;
}

/** What checking one finished artifact needs. */
export interface ValidateJob<Options> {
  readonly release: Release;
  readonly artifact: Artifact;
  readonly source: ReadSource;
  /** What it should hold, staged anew; absent when only its structure is looked at. */
  readonly distribution?: Distribution;
  /** Absent when the plan does not make it. */
  readonly view?: ReadView<Options>;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** One member of a layout artifact: a directory tree instead of one file. */
export type LayoutMember =
  | { readonly path: string; readonly type: 'file'; readonly mode: number; readonly parts: Parts }
  | { readonly path: string; readonly type: 'directory'; readonly mode: number }
  | { readonly path: string; readonly type: 'symlink'; readonly target: string };

export interface BuildJob<Options> extends JobBase<Options> {
  readonly platform: Platform;
  /** Project root (absolute); relative inputs are resolved against it. */
  readonly root: string;
  /** Flat folder for this platform's outputs, created; the `{build}` of `contents`. */
  readonly buildDir: string;
  /** Fills `{name}` fields of a template with the platform and release. */
  readonly template: (text: string) => string;
  /** Runs a program without a shell; output goes to the build log. Rejects with a DistError holding the log's tail. */
  readonly exec: (argv: readonly [string, ...string[]], options?: ExecOptions) => Promise<ExecResult>;
}

/** Files a builder answers with: name under `{build}` and where the file is (referenced, not copied). */
export interface BuildOutput {
  readonly name: string;
  readonly file: string;
}

export interface RegistryJob<Options> extends JobBase<Options> {
  /** Makes a change; in dry runs gives the effect's preview. Visible effects wait for the barrier. */
  readonly effect: <Input, Result, EffectOptions>(effect: Effect<Input, Result, EffectOptions>, input: Input) => Promise<Result>;
  /** Where another registry will serve the artifact; pure, known at plan time. */
  readonly locate: (registry: string, artifact: ArtifactRef) => string | undefined;
  /** In dry runs only safe methods are let through. */
  readonly http: Http;
  /** A key under `sign:`. Throws a DistError for one that is not there. */
  readonly key: (id: string) => KeyHandle;
}

/** How a registry goes back: `undo` as if the release had never been, `retarget` to a version still there, `forward` to a new one above. */
export type RollbackMode = 'undo' | 'retarget' | 'forward';

/** One change the journal tells of, with what its effect needs to take it back. */
export interface JournaledEffect {
  /** The effect's name. */
  readonly effect: string;
  readonly key: string;
  readonly input: unknown;
  readonly result: unknown;
  readonly before: unknown;
  readonly state: 'begun' | 'done' | 'failed' | 'reverted';
}

export interface RollbackJob<Options> extends RegistryJob<Options> {
  readonly mode: RollbackMode;
  /** The version clients are to get; given for `retarget` and `forward`. */
  readonly to: string | undefined;
  /** This registry's changes of the release, in the order they were made. */
  readonly journal: readonly JournaledEffect[];
  /** Reverts this registry's changes, the last one first: what happens where a registry has no `rollback` of its own. */
  readonly undo: () => Promise<void>;
}

/** One finished file and the key that signs it. */
export interface SignJob<Options> extends JobBase<Options> {
  readonly artifact: Artifact;
  readonly file: SignedFile;
}

export interface RegistryView<Options> {
  readonly release: Release;
  readonly options: Options;
  readonly id: string;
}

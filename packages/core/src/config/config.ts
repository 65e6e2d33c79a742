import type { MessageType } from '../channel.ts';
import type { Log } from '../effect.ts';
import type { Role } from '../model/entry.ts';
import type { Platform } from '../model/platform.ts';
import type { Release } from '../model/release.ts';
import type { Service } from '../model/service.ts';
import type { Secret } from '../plugin.ts';

/** The configuration after loading: checked, defaults filled in, one record per product. Nothing below the plan reads it again. */

/** A platform as written: a name of the table, or a row of the user's own. */
export type PlatformSpec = string | Platform;

/** Which destinations a variant leaves out or keeps; globs match destination paths. */
export interface VariantConfig {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** One `build:` item: a builder's key with its options as written. */
export interface BuildItem {
  readonly id: string;
  readonly use: string;
  /** Platform selectors; absent = all. */
  readonly platforms?: readonly string[];
  readonly options: unknown;
  readonly at: Position;
}

/** One `contents:` rule. Rules apply in the order they are written. */
export interface ContentRule {
  /** `file` (default): files by path or glob. `directory`: an empty directory at `to`. `symlink`: a link at `to` pointing to `from`. */
  readonly type: 'file' | 'directory' | 'symlink';
  /** Template and glob, relative to the project root. */
  readonly from?: string;
  /** Template; ends with `/` = a directory the files go into. */
  readonly to: string;
  readonly role?: Role;
  readonly component: string;
  readonly mode?: number;
  readonly owner?: string;
  readonly group?: string;
  /** Globs over destinations. */
  readonly exclude: readonly string[];
  readonly variants?: readonly string[];
  /** Platform selectors. */
  readonly platforms?: readonly string[];
  /** `auto` (default): CRLF for text on Windows. */
  readonly eol: 'auto' | 'keep' | 'lf' | 'crlf';
  /** A pattern that matches nothing is an error unless true. */
  readonly optional: boolean;
  readonly at: Position;
}

/** One instance under `packages:`. */
export interface PackageInstance {
  readonly id: string;
  /** Format key. */
  readonly use: string;
  readonly package?: string;
  readonly arch?: 'all';
  readonly components?: readonly string[];
  readonly variants?: readonly string[];
  readonly platforms?: readonly string[];
  /** Name template that replaces the product's rule. */
  readonly name?: string;
  /** The format's own options as written. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly at: Position;
}

/** One instance under `publish:`. */
export interface PublishInstance {
  readonly id: string;
  readonly use: string;
  readonly needs: readonly { readonly id: string; readonly for: 'visible' | 'hidden' }[];
  /** Default true: its failure keeps everything behind the barrier. */
  readonly required: boolean;
  /** Keeps the release's journal. */
  readonly record: boolean;
  /** Instances kept in step: public after this one, going back with it. */
  readonly mirrors: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly at: Position;
}

/** One instance under `sign:`. */
export interface SignInstance {
  readonly id: string;
  /** Key type. */
  readonly use: string;
  /** What gets a detached signature: `checksums` (default), `all`, `none`, or kinds, formats and instance ids of artifacts. */
  readonly artifacts: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly at: Position;
}

/** One instance under `validate:`. */
export interface ValidateInstance {
  readonly id: string;
  /** Validator type. */
  readonly use: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly at: Position;
}

/** One instance under `notify:`. */
export interface NotifyInstance {
  readonly id: string;
  /** Channel type. */
  readonly use: string;
  /** Message types it is told. */
  readonly on: readonly MessageType[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly at: Position;
}

/** The section `changelog:`: what fills the release's notes and changes. */
export interface ChangelogConfig {
  /** Key among plugins' facts. */
  readonly use: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly at: Position;
}

/** One service under `services:`; its program and the fields of its texts are found once it is known where they are installed. */
export interface ServiceConfig extends Service {
  readonly component: string;
  readonly variants?: readonly string[];
  /** Platform selectors. */
  readonly platforms?: readonly string[];
  readonly at: Position;
}

/** Steps of the lifecycle that hooks stand before and after. */
export type HookStep = 'beforeBuild' | 'build' | 'stage' | 'package' | 'sign' | 'validate' | 'publish' | 'notify' | 'rollback';

/** `check` and `docs` are no steps: their hooks run on demand. */
export type HookGroup = HookStep | 'check' | 'docs';

/** What a function among the hooks is called with. */
export interface HookCall {
  readonly group: HookGroup;
  /** Absent on demand. */
  readonly when?: 'before' | 'after';
  readonly release: Release;
  /** What a program finds in its environment: `PROVISIONING_DIST_*` and the hook's own `env`, secrets revealed. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborted when the run is interrupted and when the hook's time is up. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Throws, or rejects, to make the run fail. */
export type HookFunction = (call: HookCall) => Promise<void> | void;

/** One item under `hooks:`. */
export interface HookConfig {
  /** Program and arguments, or a function of a ts or js configuration. */
  readonly action: readonly [string, ...string[]] | HookFunction;
  readonly when: 'before' | 'after';
  /** Platform selectors; absent = all, and what has no platform. */
  readonly platform?: readonly string[];
  /** Formats, instances and groups; absent = all. */
  readonly format?: readonly string[];
  /** Milliseconds. */
  readonly timeout?: number;
  readonly env: Readonly<Record<string, string | Secret>>;
  /** Relative to the product's root. */
  readonly cwd?: string;
  /** Its failure is a warning. */
  readonly optional: boolean;
  readonly at: Position;
}

/** Where something was written, for errors. */
export interface Position {
  /** File name relative to the working directory. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** Dotted key: `packages.deb.depends[0]`. */
  readonly key: string;
}

export interface ProductConfig {
  readonly product: string;
  readonly name: string;
  /** `git` or a literal. */
  readonly version: string;
  readonly tagPrefix: string;
  /** Project root: the configuration file's folder joined with the product's `path`. Absolute. */
  readonly root: string;
  readonly description?: string;
  readonly homepage?: string;
  readonly license?: string;
  readonly maintainer?: string;
  readonly vendor?: string;
  readonly platforms: readonly PlatformSpec[];
  /** In the order declared; empty = one unnamed variant. */
  readonly variants: ReadonlyMap<string, VariantConfig>;
  readonly build: readonly BuildItem[];
  readonly contents: readonly ContentRule[];
  readonly packages: readonly PackageInstance[];
  readonly publish: readonly PublishInstance[];
  readonly sign: readonly SignInstance[];
  readonly validate: readonly ValidateInstance[];
  readonly notify: readonly NotifyInstance[];
  readonly changelog?: ChangelogConfig;
  /** By the order of their names. */
  readonly services: readonly ServiceConfig[];
  /** In the order declared. */
  readonly hooks: Readonly<Partial<Record<HookGroup, readonly HookConfig[]>>>;
  /** Artifact name template; default `{name}-{version}-{platform}-{variant}.{ext}`. */
  readonly artifactName?: string;
  /** Absolute. */
  readonly paths: { readonly packages: string; readonly dist: string; readonly state: string };
}

export interface LoadedConfig {
  /** Absolute path of the file. */
  readonly file: string;
  /** Package names to load, resolved from the configuration's folder; the bundled ones are not listed. */
  readonly plugins: readonly { readonly name: string; readonly at: Position }[];
  /** One per product; without `products:` the only one is the configuration itself. */
  readonly products: readonly ProductConfig[];
  /** Every secret reference met, known to the redactor. */
  readonly secrets: readonly Secret[];
}

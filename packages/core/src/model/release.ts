import type { Change } from './change.ts';

/** One product at one version: what every job knows of it. */
export interface Release {
  /** Product key under `products:`, or the name itself. Part of the state folder's name. */
  readonly product: string;
  readonly name: string;
  /** Semver. */
  readonly version: string;
  readonly snapshot: boolean;
  /** Full commit id; absent outside git. */
  readonly commit?: string;
  /** Seconds since 1970 UTC: SOURCE_DATE_EPOCH, else HEAD's commit time, else 1980-01-01. */
  readonly date: number;
  readonly description?: string;
  readonly homepage?: string;
  readonly license?: string;
  readonly maintainer?: string;
  readonly vendor?: string;
  /** Release notes, Markdown (CommonMark). With `changes` there from the step `package` on, where the configuration has `changelog:`. */
  readonly notes?: string;
  /** Since the version before; the newest first. */
  readonly changes?: readonly Change[];
}

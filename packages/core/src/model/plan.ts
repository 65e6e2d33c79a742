import type { ArtifactKind, Scope } from './artifact.ts';
import type { Platform } from './platform.ts';
import type { Release } from './release.ts';

/** One staged tree the plan asks for. */
export interface PlannedDistribution {
  /** `undefined` = `any`. */
  readonly platform: Platform | undefined;
  readonly variant: string | undefined;
}

/** One artifact to make: a cell of platform x variant x format, or a platform- or release-wide one. */
export interface PlannedArtifact {
  /** Final file name. */
  readonly name: string;
  readonly kind: ArtifactKind;
  readonly scope: Scope;
  /** Instance id under `packages:`. */
  readonly instance: string;
  /** Format key. */
  readonly format: string;
  readonly platform: Platform | undefined;
  readonly variant: string | undefined;
  /** Package name. */
  readonly package: string;
  /** Only entries of these components; absent = all. */
  readonly components?: readonly string[];
  /** `all` = made once, on platform `any`. */
  readonly arch?: 'all';
}

export interface PlannedPublish {
  readonly id: string;
  readonly use: string;
  readonly required: boolean;
  readonly needs: readonly { readonly id: string; readonly for: 'visible' | 'hidden' }[];
  /** Whose mirror it is, when it is one. */
  readonly mirrors?: string;
  /** Why it is left out of this run, when it is. */
  readonly skipped?: string;
}

/** What `plan --explain` says about a decision. */
export interface PlanReason {
  readonly subject: string;
  readonly reason: string;
}

/** All platform x variant x format combinations of one product before any work. Pure data, frozen. */
export interface Plan {
  readonly release: Release;
  readonly platforms: readonly Platform[];
  /** Names in declared order; empty = one unnamed variant. */
  readonly variants: readonly string[];
  readonly builds: readonly { readonly id: string; readonly use: string; readonly platform: Platform }[];
  readonly distributions: readonly PlannedDistribution[];
  readonly artifacts: readonly PlannedArtifact[];
  /** In publishing order. */
  readonly publish: readonly PlannedPublish[];
  readonly reasons: readonly PlanReason[];
}

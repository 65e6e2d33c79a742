import type { Digest } from '@provisioning-dist/payload';

export type ArtifactKind = 'archive' | 'package' | 'installer' | 'container' | 'checksums' | 'signature' | 'manifest' | 'document';

/** Whether an artifact belongs to one cell, to a platform, or to the whole release. */
export type Scope = 'cell' | 'platform' | 'release';

/** What effects and the journal know of an artifact: no local path. */
export interface ArtifactRef {
  /** File name, unique in the release. */
  readonly name: string;
  /** Bytes; of a layout, the sum over its files. */
  readonly size: number;
  /** Lower-case hex; of a layout, of its sorted `sha256sum`-style listing. */
  readonly sha256: string;
}

/** A finished file or layout (directory) in the packages folder. Frozen. */
export interface Artifact extends ArtifactRef {
  readonly kind: ArtifactKind;
  readonly type: 'file' | 'layout';
  readonly scope: Scope;
  /** The format's key (`tar.gz`, `deb`); absent for what core writes itself. */
  readonly format?: string;
  /** Instance id under `packages:`. */
  readonly instance?: string;
  /** Platform name, `any` for `arch: all`. */
  readonly platform?: string;
  readonly variant?: string;
  readonly digests: Readonly<Partial<Record<Digest, string>>>;
  /** Name of the artifact a signature or checksum file speaks about. */
  readonly subject?: string;
}

/** Every given field must match; an array matches any of its values. */
export interface ArtifactFilter {
  readonly kind?: ArtifactKind | readonly ArtifactKind[];
  readonly format?: string | readonly string[];
  readonly instance?: string | readonly string[];
  readonly platform?: string | readonly string[];
  readonly variant?: string | readonly string[];
  readonly scope?: Scope;
}

import type { Artifact } from '../model/artifact.ts';
import { CHECKSUMS_NAME, MANIFEST_NAME } from './plan.ts';
import { sha256OfBytes } from './recipe.ts';
import { printManifest, type ReleaseManifest } from './release-manifest.ts';
import type { RunContext } from './run-context.ts';

/** The artifacts of a release as registries and channels see them. */

/** Artifacts as `publish` hands them on: everything in the manifest, and the manifest itself. */
export function publishable(manifest: ReleaseManifest): readonly Artifact[] {
  return [...manifest.artifacts, manifestArtifact(manifest)];
}

function manifestArtifact(manifest: ReleaseManifest): Artifact {
  const text = printManifest(manifest);
  const sha256 = sha256OfBytes(text);
  return { name: MANIFEST_NAME, kind: 'manifest', type: 'file', scope: 'release', size: Buffer.byteLength(text), sha256, digests: { sha256 } };
}

/** For dry runs before anything is made: the planned names, without sizes and digests. */
export function placeholders(run: RunContext): readonly Artifact[] {
  const empty = { size: 0, sha256: sha256OfBytes(''), digests: {} };
  const planned = run.plan.artifacts.map(({ name, kind, scope, format, instance, platform, variant }): Artifact => {
    const place = scope === 'release' ? {} : { platform: platform?.name ?? 'any' };
    return { name, kind, type: 'file', scope, format, instance, ...place, ...(variant === undefined ? {} : { variant }), ...empty };
  });
  const own = (name: string, kind: 'checksums' | 'manifest'): Artifact => ({ name, kind, type: 'file', scope: 'release', ...empty });
  return [...planned, own(CHECKSUMS_NAME, 'checksums'), own(MANIFEST_NAME, 'manifest')];
}

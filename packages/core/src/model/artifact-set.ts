import { DistError } from '../errors.ts';
import type { Artifact, ArtifactFilter } from './artifact.ts';
import { comparePaths } from './path-order.ts';

const FIELDS = ['kind', 'format', 'instance', 'platform', 'variant', 'scope'] as const satisfies readonly (keyof ArtifactFilter)[];

/** The artifacts every given field of the filter matches. */
export function filterArtifacts<Item extends Pick<Artifact, keyof ArtifactFilter>>(
  artifacts: readonly Item[],
  filter: ArtifactFilter = {},
): readonly Item[] {
  return artifacts.filter((artifact) => FIELDS.every((field) => matchesField(filter[field], artifact[field])));
}

function matchesField(wanted: string | readonly string[] | undefined, found: string | undefined): boolean {
  if (wanted === undefined) return true;
  if (found === undefined) return false;
  return typeof wanted === 'string' ? wanted === found : wanted.includes(found);
}

/** The artifacts of a release as they are finished: nothing leaves it, and no two share a name. */
export class ArtifactSet {
  readonly #byName = new Map<string, Artifact>();
  #sorted: readonly Artifact[] | undefined;

  /** Adds a frozen copy and returns it. Names that differ in case only count as one: artifacts land in folders that fold it. */
  add(artifact: Artifact): Artifact {
    const key = artifact.name.toLowerCase();
    const other = this.#byName.get(key);
    if (other) throw nameTaken(artifact, other);
    const kept = Object.freeze({ ...artifact, digests: Object.freeze({ ...artifact.digests }) });
    this.#byName.set(key, kept);
    this.#sorted = undefined;
    return kept;
  }

  get(name: string): Artifact | undefined {
    const found = this.#byName.get(name.toLowerCase());
    return found?.name === name ? found : undefined;
  }

  /** In the order of the bytes of their names. */
  select(filter?: ArtifactFilter): readonly Artifact[] {
    this.#sorted ??= Object.freeze([...this.#byName.values()].sort((a, b) => comparePaths(a.name, b.name)));
    return filter === undefined ? this.#sorted : filterArtifacts(this.#sorted, filter);
  }

  get size(): number {
    return this.#byName.size;
  }
}

function nameTaken(artifact: Artifact, other: Artifact): DistError {
  return new DistError('artifact-duplicate', `Cannot add artifact "${artifact.name}": ${origin(other)} has made "${other.name}"`, {
    hint: 'give one of the two another "name" template',
    where: { subject: artifact.name },
  });
}

function origin(artifact: Artifact): string {
  return artifact.instance === undefined ? 'the release itself' : `packages.${artifact.instance}`;
}

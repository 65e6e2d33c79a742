import { DistError, EXIT } from '../errors.ts';
import type { ArtifactFilter } from '../model/artifact.ts';
import { filterArtifacts } from '../model/artifact-set.ts';
import type { PlannedArtifact } from '../model/plan.ts';
import { formatOf } from './package.ts';
import type { RunContext } from './run-context.ts';

/** Artifacts that are made from others, each after those its format consumes; else those of a platform first, then by name. */
export function inConsumingOrder(run: Pick<RunContext, 'plan' | 'packages'>): readonly PlannedArtifact[] {
  const wide = run.plan.artifacts.filter(({ scope }) => scope !== 'cell');
  const waiting = wide.toSorted((a, b) => Number(a.scope === 'release') - Number(b.scope === 'release'));
  const before = new Map(waiting.map((planned) => [planned, consumedBy(planned, formatOf(run, planned).definition.consumes, wide)]));
  const ordered: PlannedArtifact[] = [];
  while (waiting.length > 0) {
    const index = waiting.findIndex((planned) => before.get(planned)?.every((one) => ordered.includes(one)));
    if (index < 0) throw consumeEachOther(waiting);
    ordered.push(...waiting.splice(index, 1));
  }
  return ordered;
}

/** An artifact never consumes itself, nor its like from the same instance. */
function consumedBy(planned: PlannedArtifact, filter: ArtifactFilter | undefined, wide: readonly PlannedArtifact[]): readonly PlannedArtifact[] {
  if (filter === undefined) return [];
  const candidates = wide.filter(({ instance }) => instance !== planned.instance);
  return candidates.filter((one) => {
    const { platform, variant, ...rest } = one;
    const place = { ...(one.scope === 'release' ? {} : { platform: platform?.name ?? 'any' }), ...(variant === undefined ? {} : { variant }) };
    return filterArtifacts([{ ...rest, ...place }], filter).length > 0;
  });
}

function consumeEachOther(waiting: readonly PlannedArtifact[]): DistError {
  const names = waiting.map(({ name }) => `"${name}"`).join(', ');
  return new DistError('artifact-cycle', `Cannot package ${names}: each waits for another one`, {
    exit: EXIT.usage,
    hint: 'two formats consume each other: leave one of them out',
  });
}

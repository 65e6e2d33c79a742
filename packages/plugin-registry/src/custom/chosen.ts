import type { Artifact, RegistryJob } from '@provisioning-dist/core';
import { layoutUnsupported, nothingChosen } from './errors.ts';
import type { CustomOptions } from './options.ts';

type Job = Pick<RegistryJob<CustomOptions>, 'options' | 'artifacts'>;

/** The artifacts that are sent. Throws a DistError for folders, and when none is left. */
export function chosenArtifacts(job: Job): readonly Artifact[] {
  const { artifacts: names } = job.options;
  const all = job.artifacts();
  const chosen =
    names === undefined ? all : all.filter(({ kind, format, instance }) => [kind, format, instance].some((name) => names.includes(name ?? '')));
  if (names !== undefined && all.length > 0 && chosen.length === 0) throw nothingChosen(names);
  const layout = chosen.find(({ type }) => type === 'layout');
  if (layout) throw layoutUnsupported(layout.name);
  return chosen;
}

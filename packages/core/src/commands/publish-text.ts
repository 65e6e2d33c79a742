import type { PublishSummary } from '../lifecycle/publish-release.ts';
import { formatTable } from '../report/terminal.ts';

/** A publish or release as people read it. */
export function publishText({ name, version, dryRun, artifacts, registries, effects, unsigned = [], notify }: PublishSummary): string {
  const files = artifacts.map((artifact) => `  ${artifact.name}`);
  const states = registries.map(({ id, state }) => [id, state]);
  const told = (notify?.channels ?? []).filter(({ state }) => state !== 'skipped');
  const changes = effects.map(({ description, instance, state }) => `  ${instance}: ${description}${dryRun ? '' : ` (${state})`}`);
  return [
    `${name} ${version}: ${artifacts.length} files ${dryRun ? 'would be made' : 'made'}`,
    ...files,
    ...(changes.length === 0
      ? ['nothing is published: the plan has no registry for it']
      : ['', dryRun ? 'changes that would be made outside:' : 'changes made outside:', ...changes]),
    ...(unsigned.length === 0 ? [] : [`  without signatures of ${unsigned.join(', ')}`]),
    ...told.map(({ id, state }) => `  ${id}: ${dryRun ? 'would be told' : state}`),
    ...(dryRun || states.length === 0 ? [] : ['', formatTable([['REGISTRY', 'STATE'], ...states])]),
  ].join('\n');
}

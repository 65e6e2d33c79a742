import { DistError, EXIT, throwCollected } from '../errors.ts';
import type { PlannedPublish, PlanReason } from '../model/plan.ts';
import { suggestion } from '../model/suggest.ts';

/** The order registries are published in, from their needs alone. */

export interface PublishOrder {
  /** Instance ids. All hidden effects of a wave, the barrier, all its visible ones, then the next wave; within one, who is needed comes first. */
  readonly waves: readonly (readonly string[])[];
  readonly reasons: readonly PlanReason[];
}

type Need = PlannedPublish['needs'][number];

/** Throws a DistError, or all of them, for needs that name nobody, lead in a circle, or make a required registry wait for an optional one. */
export function publishOrder(instances: readonly PlannedPublish[]): PublishOrder {
  const byId = new Map(instances.map((instance) => [instance.id, instance]));
  throwCollected(instances.flatMap((instance) => needProblems(instance, byId)));
  const sorted = sortByNeeds(instances, byId);
  const waveOf = new Map<string, number>();
  for (const instance of sorted) waveOf.set(instance.id, waveFor(instance, byId, waveOf));
  const waves = Array.from({ length: Math.max(-1, ...waveOf.values()) + 1 }, (_, wave) => idsOf(sorted, waveOf, wave));
  return { waves: waves.filter((ids) => ids.length > 0), reasons: instances.flatMap((instance) => reasonsFor(instance, byId)) };
}

/** What `plan --explain` says of publishing: each wave in the order its registries go public, then why. */
export function publishReasons(instances: readonly PlannedPublish[]): readonly PlanReason[] {
  const { waves, reasons } = publishOrder(instances);
  const steps = waves.map((ids, index) => ({
    subject: `publish, wave ${index + 1}`,
    reason: `everything unseen of ${ids.join(', ')}; when every required one is that far, public in this order: ${ids.join(', ')}`,
  }));
  return [...steps, ...reasons];
}

/** The wave after every need of hidden effects, and not before the wave of any other need. Left-out registries count for nothing. */
function waveFor(instance: PlannedPublish, byId: ReadonlyMap<string, PlannedPublish>, waveOf: ReadonlyMap<string, number>): number {
  const waits = liveNeeds(instance, byId).map((need) => (waveOf.get(need.id) ?? 0) + (need.for === 'hidden' ? 1 : 0));
  return Math.max(0, ...waits);
}

function idsOf(sorted: readonly PlannedPublish[], waveOf: ReadonlyMap<string, number>, wave: number): string[] {
  return sorted.filter((instance) => instance.skipped === undefined && waveOf.get(instance.id) === wave).map(({ id }) => id);
}

function liveNeeds(instance: PlannedPublish, byId: ReadonlyMap<string, PlannedPublish>): readonly Need[] {
  return instance.needs.filter(({ id }) => byId.get(id)?.skipped === undefined);
}

/** Depth first, so that who is needed stands before who needs it, else in the order given. */
function sortByNeeds(instances: readonly PlannedPublish[], byId: ReadonlyMap<string, PlannedPublish>): readonly PlannedPublish[] {
  const sorted = new Set<PlannedPublish>();
  const visit = (instance: PlannedPublish, path: readonly Step[]): void => {
    const start = path.findIndex(({ id }) => id === instance.id);
    if (start !== -1) throw circle(path.slice(start));
    if (sorted.has(instance)) return;
    for (const need of instance.needs) {
      const needed = byId.get(need.id);
      if (needed) visit(needed, [...path, { id: instance.id, for: need.for }]);
    }
    sorted.add(instance);
  };
  for (const instance of instances) visit(instance, []);
  return [...sorted];
}

/** One registry on a path of needs, and which of its halves waits for the next one. */
interface Step {
  readonly id: string;
  readonly for: Need['for'];
}

/** In the direction of time: `b.visible -> a.hidden -> a.visible -> b.visible`. */
function circle(path: readonly Step[]): DistError {
  const nodes = path.toReversed().flatMap((step) => (step.for === 'hidden' ? [`${step.id}.hidden`, `${step.id}.visible`] : [`${step.id}.visible`]));
  const text = [...nodes, nodes[0]].join(' -> ');
  return planError('publish-circle', `Cannot order publishing: ${text}`, path[0]?.id, 'remove one of these "needs"');
}

function needProblems(instance: PlannedPublish, byId: ReadonlyMap<string, PlannedPublish>): readonly DistError[] {
  return instance.needs.flatMap((need) => needProblem(instance, need, byId) ?? []);
}

function needProblem(instance: PlannedPublish, need: Need, byId: ReadonlyMap<string, PlannedPublish>): DistError | undefined {
  const needed = byId.get(need.id);
  if (!needed) return unknownNeed(instance, need, [...byId.keys()]);
  if (!instance.required || needed.required) return undefined;
  const path = `${need.id}.visible -> ${instance.id}.${need.for}`;
  const message = `Cannot order publishing: required "${instance.id}" needs optional "${need.id}" (${path})`;
  return planError('publish-needs-optional', message, instance.id, `set "required: false" for ${instance.id}, or make ${need.id} required`);
}

function unknownNeed(instance: PlannedPublish, need: Need, known: readonly string[]): DistError {
  const near = suggestion(need.id, known);
  const message = `Cannot order publishing: "${instance.id}" needs "${need.id}", which is not under publish`;
  return planError('publish-needs-unknown', message, instance.id, near === undefined ? undefined : `did you mean "${near}"?`);
}

function planError(code: string, message: string, id: string | undefined, hint: string | undefined): DistError {
  const where = id === undefined ? {} : { where: { subject: `publish.${id}.needs` } };
  return new DistError(code, message, { exit: EXIT.usage, ...where, ...(hint !== undefined && { hint }) });
}

function reasonsFor(instance: PlannedPublish, byId: ReadonlyMap<string, PlannedPublish>): readonly PlanReason[] {
  const subject = `publish.${instance.id}`;
  if (instance.skipped !== undefined) return [{ subject, reason: `left out: ${instance.skipped}` }];
  const needs = instance.needs.map((need) => ({ subject, reason: needReason(need, byId.get(need.id)) }));
  const mirror = instance.mirrors === undefined ? [] : [{ subject, reason: `kept in step with ${instance.mirrors}` }];
  return instance.required ? [...needs, ...mirror] : [...needs, ...mirror, { subject, reason: 'optional: its failure holds nobody back' }];
}

function needReason(need: Need, needed: PlannedPublish | undefined): string {
  if (needed?.skipped !== undefined) return `does not wait for ${need.id}, which is left out`;
  return need.for === 'hidden' ? `a later wave: it starts when ${need.id} is public` : `becomes public after ${need.id}`;
}

import type { ProductConfig, PublishInstance } from '../config/config.ts';
import type { OptionsParser } from '../config/options.ts';
import type { Host, Provided } from '../host.ts';
import type { PlannedPublish } from '../model/plan.ts';
import type { Release } from '../model/release.ts';
import type { AnyRegistry } from '../plugin.ts';
import { publishOrder } from './publish-graph.ts';
import type { Selection } from './selection.ts';

/** An instance under `publish:` with its plugin's definition and parsed options. */
export interface ResolvedRegistry {
  readonly instance: PublishInstance;
  readonly provided: Provided<AnyRegistry>;
  readonly options: unknown;
}

export function resolveRegistries(host: Host, product: ProductConfig, parser: OptionsParser): readonly ResolvedRegistry[] {
  return product.publish.flatMap((instance) => {
    const provided = host.registries.get(instance.use);
    if (!provided) return [];
    return [{ instance, provided, options: parser.parse(provided.definition.options, instance.options, instance.at) }];
  });
}

/** The publish section of the plan, in the order of publishing. */
export function plannedPublish(registries: readonly ResolvedRegistry[], release: Release, selection: Selection): readonly PlannedPublish[] {
  const planned = registries.map(({ instance, provided }): PlannedPublish => {
    const { id, use, required } = instance;
    const mirrored = mirroredBy(id, registries);
    const skipped = ownReason(instance, selection, mirrored) ?? skipReason(provided, release, selection);
    return {
      ...{ id, use, required, needs: needsOf(instance, mirrored) },
      ...(mirrored === undefined ? {} : { mirrors: mirrored }),
      ...(skipped === undefined ? {} : { skipped }),
    };
  });
  const order = publishOrder(planned).waves.flat();
  const rank = (id: string): number => (order.includes(id) ? order.indexOf(id) : order.length);
  return planned.toSorted((a, b) => rank(a.id) - rank(b.id));
}

function mirroredBy(id: string, registries: readonly ResolvedRegistry[]): string | undefined {
  return registries.find(({ instance }) => instance.mirrors.includes(id))?.instance.id;
}

/** A mirror goes public after what it mirrors: nobody is sent to it before. */
function needsOf({ needs }: PublishInstance, mirrored: string | undefined): PlannedPublish['needs'] {
  if (mirrored === undefined || needs.some(({ id }) => id === mirrored)) return needs;
  return [...needs, { id: mirrored, for: 'visible' }];
}

/** What mirrors a chosen one is chosen with it, unless it is skipped by name. */
function ownReason({ id }: PublishInstance, selection: Selection, mirrored: string | undefined): string | undefined {
  const reason = selection.leftOut('publish', id);
  const follows = mirrored !== undefined && selection.leftOut('publish', mirrored) === undefined;
  return reason?.startsWith('--only') && follows ? undefined : reason;
}

function skipReason(provided: Provided<AnyRegistry>, release: Release, selection: Selection): string | undefined {
  const leftOut = selection.stepLeftOut('publish');
  if (leftOut !== undefined) return leftOut;
  return release.snapshot && provided.definition.snapshots !== true ? 'snapshots are not published there' : undefined;
}

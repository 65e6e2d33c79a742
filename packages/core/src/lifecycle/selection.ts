import { DistError, EXIT } from '../errors.ts';
import { suggestion } from '../model/suggest.ts';

/** Steps `--skip` and `--only` speak of; instance ids belong to the step that runs them. */
export type Step = 'beforeBuild' | 'build' | 'package' | 'publish';

export const STEPS: readonly Step[] = ['beforeBuild', 'build', 'package', 'publish'];

export interface Selection {
  readonly runs: (step: Step) => boolean;
  /** Why an instance is left out; undefined = it runs. */
  readonly leftOut: (step: Step, id: string) => string | undefined;
}

export interface SelectionFlags {
  readonly skip: readonly string[];
  readonly only: readonly string[];
}

/** `--skip` and `--only` by step or id. A name that is neither is an error, so a typo never runs what was to be left out. */
export function parseSelection(flags: SelectionFlags, ids: Readonly<Partial<Record<Step, readonly string[]>>>): Selection {
  const idsOf = (step: Step): readonly string[] => ids[step] ?? [];
  const known = [...STEPS, ...STEPS.flatMap(idsOf)];
  for (const name of [...flags.skip, ...flags.only]) if (!known.includes(name)) throw unknownName(name, known);
  const namedIn = (step: Step): readonly string[] => flags.only.filter((name) => idsOf(step).includes(name));
  const runs = (step: Step): boolean => {
    if (flags.skip.includes(step)) return false;
    return flags.only.length === 0 || flags.only.includes(step) || namedIn(step).length > 0;
  };
  return {
    runs,
    leftOut: (step, id) => {
      if (flags.skip.includes(id)) return `--skip ${id}`;
      if (!runs(step)) return flags.skip.includes(step) ? `--skip ${step}` : `--only ${flags.only.join(',')}`;
      const named = namedIn(step);
      return named.length > 0 && !named.includes(id) ? `--only ${named.join(',')}` : undefined;
    },
  };
}

function unknownName(name: string, known: readonly string[]): DistError {
  const near = suggestion(name, known);
  return new DistError('unknown-selection', `Cannot skip or select "${name}": it is neither a step nor an id; there are ${known.join(', ')}`, {
    exit: EXIT.usage,
    ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
  });
}

import { DistError, EXIT } from '../errors.ts';
import { suggestion } from '../model/suggest.ts';

/** Steps `--skip` and `--only` speak of; instance ids belong to the step that runs them. */
export type Step = 'beforeBuild' | 'build' | 'package' | 'sign' | 'validate' | 'publish' | 'notify';

export const STEPS: readonly Step[] = ['beforeBuild', 'build', 'package', 'sign', 'validate', 'publish', 'notify'];

/** Steps an instance cannot do without: a package is made of what is built, while what is published may be there already. */
const NEEDED: Readonly<Record<Step, readonly Step[]>> = {
  beforeBuild: [],
  build: ['beforeBuild'],
  package: ['beforeBuild', 'build'],
  sign: [],
  validate: [],
  publish: [],
  notify: [],
};

export interface Selection {
  readonly runs: (step: Step) => boolean;
  /** Why an instance is left out of a step, whether that step runs or not; undefined = it is not. */
  readonly leftOut: (step: Step, id: string) => string | undefined;
  /** Why a step does not run; undefined = it runs. */
  readonly stepLeftOut: (step: Step) => string | undefined;
  /** Why the hooks of the configuration do not run, whatever their steps do; undefined = they run. */
  readonly hooksLeftOut: string | undefined;
}

export interface SelectionFlags {
  readonly skip: readonly string[];
  readonly only: readonly string[];
}

/** What `--skip` takes beside steps and ids: the hooks of the configuration. */
const HOOKS = 'hooks';

/** `--skip` and `--only` by step or id. A name that is neither is an error, so a typo never runs what was to be left out. */
export function parseSelection(flags: SelectionFlags, ids: Readonly<Partial<Record<Step, readonly string[]>>>): Selection {
  const { skip, only } = flags;
  const idsOf = (step: Step): readonly string[] => ids[step] ?? [];
  const known = [...STEPS, ...STEPS.flatMap(idsOf)];
  for (const name of only) if (!known.includes(name)) throw unknownName(name, known);
  for (const name of skip) if (!known.includes(name) && name !== HOOKS) throw unknownName(name, [...known, HOOKS]);
  const namedIn = (step: Step): readonly string[] => only.filter((name) => idsOf(step).includes(name));
  const isNamed = (step: Step): boolean => only.includes(step) || namedIn(step).length > 0;
  const isNeeded = (step: Step): boolean => STEPS.some((later) => namedIn(later).length > 0 && NEEDED[later].includes(step));
  const stepLeftOut = (step: Step): string | undefined => {
    if (skip.includes(step)) return `--skip ${step}`;
    return only.length === 0 || isNamed(step) || isNeeded(step) ? undefined : `--only ${only.join(',')}`;
  };
  return {
    runs: (step) => stepLeftOut(step) === undefined,
    stepLeftOut,
    hooksLeftOut: skip.includes(HOOKS) ? `--skip ${HOOKS}` : undefined,
    leftOut: (step, id) => {
      if (skip.includes(id)) return `--skip ${id}`;
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

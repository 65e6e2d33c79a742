import { DistError, DistErrors, EXIT } from '../errors.ts';
import type { RegistryJob } from '../jobs.ts';
import type { Finding } from '../model/finding.ts';
import { buildJob } from './build.ts';
import { settleAll } from './pool.ts';
import { locator } from './publish.ts';
import { effectInPreflight } from './publish-errors.ts';
import { publishTargets } from './publish-targets.ts';
import type { RunContext } from './run-context.ts';

/** Asks every plugin of the plan what would make it fail, before anything is built or changed. */

export interface PreflightScope {
  readonly builders: boolean;
  readonly registries: boolean;
}

/** Shows all findings together; throws when one of them is an error. */
export async function preflight(run: RunContext, scope: PreflightScope): Promise<void> {
  const asked = [
    ...(scope.registries ? [Promise.resolve(dirtyFindings(run))] : []),
    ...(scope.builders ? builderFindings(run) : []),
    ...(scope.registries ? registryFindings(run) : []),
  ];
  const findings = (await settleAll(asked)).flat();
  for (const finding of findings) if (finding.level !== 'error') run.report.finding(finding);
  const errors = findings.filter(({ level }) => level === 'error').map(asError);
  const [first] = errors;
  if (first) throw errors.length === 1 ? first : new DistErrors(errors);
}

/** What is published under a tag must be made of what the tag holds. */
function dirtyFindings(run: RunContext): readonly Finding[] {
  if (!run.dirty) return [];
  const { version } = run.plan.release;
  return [
    {
      level: 'error',
      code: 'git-dirty',
      subject: run.product.root,
      message: `Cannot publish ${version}: the work tree has changes that are not in its tag`,
      hint: 'commit them ("git status" lists them) and tag the commit, or use --snapshot',
    },
  ];
}

function builderFindings(run: RunContext): readonly Promise<readonly Finding[]>[] {
  return run.plan.builds.flatMap(({ id, use, platform }) => {
    const item = run.product.build.find((candidate) => candidate.id === id);
    const preflightOf = run.host.builders.get(use)?.definition.preflight;
    return item && preflightOf ? [preflightOf(buildJob(run, platform, item))] : [];
  });
}

function registryFindings(run: RunContext): readonly Promise<readonly Finding[]>[] {
  const targets = publishTargets(run).filter((target) => target.skipped === undefined);
  const locate = locator(targets, run.plan.release);
  return targets.flatMap((target) => {
    const { id, options, log, definition } = target;
    const job: RegistryJob<unknown> = {
      release: run.plan.release,
      options,
      id,
      signal: run.signal,
      log,
      tmp: run.tmp.make,
      artifacts: (filter) => run.artifacts.select(filter),
      locate,
      effect: (effect) => Promise.reject(effectInPreflight(effect.name, id)),
    };
    return definition.preflight ? [definition.preflight(job)] : [];
  });
}

function asError({ code, subject, message, hint }: Finding): DistError {
  return new DistError(code, message, { exit: EXIT.preflight, where: { subject }, ...(hint === undefined ? {} : { hint }) });
}

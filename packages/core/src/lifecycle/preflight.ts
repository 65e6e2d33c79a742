import { DistError, DistErrors, EXIT, throwCollected } from '../errors.ts';
import type { RegistryJob } from '../jobs.ts';
import type { Finding } from '../model/finding.ts';
import { buildJob } from './build.ts';
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
    ...(scope.registries ? [{ subject: 'git', ask: async () => dirtyFindings(run) }] : []),
    ...(scope.builders ? builderQuestions(run) : []),
    ...(scope.registries ? registryQuestions(run) : []),
  ];
  const answers = await Promise.all(asked.map(answer));
  run.signal.throwIfAborted();
  for (const finding of answers.flatMap(({ findings }) => findings)) if (finding.level !== 'error') run.report.finding(finding);
  throwCollected(answers.flatMap(({ errors }) => errors));
}

/** Somebody who may know what would fail. */
interface Question {
  /** Who is asked, for errors that do not say. */
  readonly subject: string;
  readonly ask: () => Promise<readonly Finding[]>;
}

interface Answer {
  readonly findings: readonly Finding[];
  readonly errors: readonly DistError[];
}

/** One who fails to answer must not hide what the others say. */
async function answer({ subject, ask }: Question): Promise<Answer> {
  try {
    const findings = await ask();
    return { findings, errors: findings.filter(({ level }) => level === 'error').map(asError) };
  } catch (error) {
    if (error instanceof DistErrors) return { findings: [], errors: error.errors };
    return { findings: [], errors: [error instanceof DistError ? error : preflightFailed(subject, error)] };
  }
}

/** What is published under a tag must be made of what the tag holds. */
function dirtyFindings(run: RunContext): readonly Finding[] {
  if (!run.dirty || run.plan.publish.every(({ skipped }) => skipped !== undefined)) return [];
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

function builderQuestions(run: RunContext): readonly Question[] {
  return run.plan.builds.flatMap(({ id, use, platform }) => {
    const item = run.product.build.find((candidate) => candidate.id === id);
    const preflightOf = run.host.builders.get(use)?.definition.preflight;
    return item && preflightOf ? [{ subject: `build.${id} on ${platform.name}`, ask: async () => preflightOf(buildJob(run, platform, item)) }] : [];
  });
}

function registryQuestions(run: RunContext): readonly Question[] {
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
      http: run.dryHttp,
      key: run.key,
      effect: (effect) => Promise.reject(effectInPreflight(effect.name, id)),
    };
    const { preflight: preflightOf } = definition;
    return preflightOf ? [{ subject: `publish.${id}`, ask: async () => preflightOf(job) }] : [];
  });
}

function asError({ code, subject, message, hint }: Finding): DistError {
  return new DistError(code, message, { exit: EXIT.preflight, where: { subject }, ...(hint === undefined ? {} : { hint }) });
}

function preflightFailed(subject: string, cause: unknown): DistError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new DistError('preflight-failed', `Cannot look ahead for "${subject}": ${text}`, { exit: EXIT.preflight, where: { subject }, cause });
}

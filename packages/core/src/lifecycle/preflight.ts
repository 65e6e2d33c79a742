import { isDeepStrictEqual } from 'node:util';
import { DistError, DistErrors, EXIT, throwCollected } from '../errors.ts';
import type { Finding } from '../model/finding.ts';
import { buildJob } from './build.ts';
import { checkHooks, MAKING_STEPS } from './config-hooks.ts';
import { lookingJob } from './looking-job.ts';
import { needFindings } from './preflight-needs.ts';
import { publishTargets } from './publish-targets.ts';
import type { RunContext } from './run-context.ts';

/** Asks every plugin of the plan what would make it fail, before anything is built or changed. */

export interface PreflightScope {
  readonly builders: boolean;
  readonly registries: boolean;
  /** Keys that sign what is finished. */
  readonly keys?: boolean;
  readonly channels?: boolean;
  /** What this command told before: it is not told again, and what does not depend on artifacts is not asked again. */
  readonly told?: readonly Finding[];
}

/** Shows all findings together, and gives them; throws when one of them is an error. */
export async function preflight(run: RunContext, scope: PreflightScope): Promise<readonly Finding[]> {
  const { told } = scope;
  const asked = [
    ...(scope.registries && !told
      ? [
          { subject: 'git', ask: async () => dirtyFindings(run) },
          { subject: 'needs', ask: () => needFindings(run) },
        ]
      : []),
    ...(scope.builders ? builderQuestions(run) : []),
    ...(scope.keys ? keyQuestions(run) : []),
    ...(scope.registries ? registryQuestions(run) : []),
    ...(scope.channels ? channelQuestions(run) : []),
    { subject: 'hooks', ask: () => hookFindings(run, scope) },
  ];
  const answers = await Promise.all(asked.map(answer));
  run.signal.throwIfAborted();
  const findings = answers.flatMap((one) => one.findings).filter(({ level }) => level !== 'error');
  for (const finding of findings) if (!told?.some((one) => isDeepStrictEqual(one, finding))) run.report.finding(finding);
  throwCollected(answers.flatMap(({ errors }) => errors));
  return findings;
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

/** Throws what it finds: secrets that are missing, filters that match nothing. */
async function hookFindings(run: RunContext, { builders, registries, channels = false }: PreflightScope): Promise<readonly Finding[]> {
  await checkHooks(run, [
    ...(builders ? MAKING_STEPS : []),
    ...(registries ? (['publish'] as const) : []),
    ...(channels ? (['notify'] as const) : []),
  ]);
  return [];
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
  return publishTargets(run).flatMap((target) => {
    const { preflight: preflightOf } = target.definition;
    if (!preflightOf || target.skipped !== undefined) return [];
    return [{ subject: `publish.${target.id}`, ask: async () => preflightOf(lookingJob(run, target)) }];
  });
}

/** A snapshot is signed with the keys there are, and nobody is told of it. */
function keyQuestions(run: RunContext): readonly Question[] {
  if (run.plan.release.snapshot || !run.selection.runs('sign')) return [];
  return run.keys.flatMap((key) => {
    const { preflight: preflightOf } = key.provided.definition;
    if (!preflightOf || run.selection.leftOut('sign', key.instance.id) !== undefined) return [];
    return [{ subject: `sign.${key.instance.id}`, ask: async () => preflightOf(run.keyJob(key)) }];
  });
}

function channelQuestions(run: RunContext): readonly Question[] {
  if (run.plan.release.snapshot || !run.selection.runs('notify')) return [];
  return run.channels.flatMap(({ instance: { id }, provided, options }) => {
    const { preflight: preflightOf } = provided.definition;
    if (!preflightOf || run.selection.leftOut('notify', id) !== undefined) return [];
    return [{ subject: `notify.${id}`, ask: async () => preflightOf(lookingJob(run, { id, options, log: run.log(id) })) }];
  });
}

function asError({ code, subject, message, hint }: Finding): DistError {
  return new DistError(code, message, { exit: EXIT.preflight, where: { subject }, ...(hint === undefined ? {} : { hint }) });
}

function preflightFailed(subject: string, cause: unknown): DistError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new DistError('preflight-failed', `Cannot look ahead for "${subject}": ${text}`, { exit: EXIT.preflight, where: { subject }, cause });
}

import type { Artifact } from '../model/artifact.ts';
import { filterArtifacts } from '../model/artifact-set.ts';
import type { Finding } from '../model/finding.ts';
import type { ValidatorJob } from '../validator.ts';
import { artifactFile } from './artifact-file.ts';
import { execProgram } from './exec.ts';
import { Pool, settleAll } from './pool.ts';
import type { RunContext } from './run-context.ts';
import { countOf, refuseErrors, summaryOf, validatorFailed, validatorRefuses } from './validate-findings.ts';
import type { ResolvedValidator } from './validators.ts';

/** What is under `validate:`: plugins' own looks at finished artifacts. */

/** What the validators that run find, in the order they are declared. The artifacts are known to be as their records say. */
export async function validatorFindings(run: RunContext, artifacts: readonly Artifact[]): Promise<readonly Finding[]> {
  const { selection, validators } = run;
  if (!selection.runs('validate')) return [];
  const pool = new Pool(run.jobs);
  const chosen = validators.filter(({ instance }) => selection.leftOut('validate', instance.id) === undefined);
  return (await settleAll(chosen.map((validator) => pool.run(() => ask(run, validator, artifacts))))).flat();
}

/** Shows what the validators find; an error among it keeps the release from going anywhere. */
export async function refuseInvalid(run: RunContext, artifacts: readonly Artifact[]): Promise<void> {
  const findings = await validatorFindings(run, artifacts);
  for (const finding of findings) run.report.finding(finding);
  refuseErrors(findings, run.outputDir);
}

async function ask(run: RunContext, validator: ResolvedValidator, artifacts: readonly Artifact[]): Promise<readonly Finding[]> {
  const { id } = validator.instance;
  run.signal.throwIfAborted();
  const task = run.report.task({ id: `validate by ${id}`, step: 'validate', title: id });
  try {
    const findings = await findingsOf(run, validator, artifacts);
    const errors = countOf(findings, 'error');
    if (errors > 0) task.fail(validatorRefuses(id, errors));
    else task.done(summaryOf(findings));
    return findings;
  } catch (error) {
    task.fail(error);
    throw error;
  }
}

/** One that fails is a finding like any other, so that all of them are seen. */
async function findingsOf(run: RunContext, validator: ResolvedValidator, artifacts: readonly Artifact[]): Promise<readonly Finding[]> {
  const { instance, provided } = validator;
  try {
    const answer: unknown = await provided.definition.validate(jobOf(run, validator, artifacts));
    if (!isFindings(answer)) throw new TypeError('It answers with something else than findings');
    return answer;
  } catch (error) {
    if (run.signal.aborted) throw error;
    return [validatorFailed(instance.id, error)];
  }
}

function jobOf(run: RunContext, { instance: { id }, provided, options }: ResolvedValidator, artifacts: readonly Artifact[]): ValidatorJob<unknown> {
  const { product, signal } = run;
  const { release } = run.plan;
  const log = run.log(id);
  const offered = filterArtifacts(artifacts, provided.definition.consumes);
  const context = { cwd: product.root, signal, log, env: { SOURCE_DATE_EPOCH: String(release.date) } };
  return {
    ...{ release, options, id, signal, log },
    tmp: run.tmp.make,
    artifacts: (filter) => filterArtifacts(offered, filter),
    file: artifactFile((name) => offered.find((artifact) => artifact.name === name), run.outputDir),
    exec: (argv, given = {}) => execProgram(argv, given, context),
  };
}

const LEVELS: readonly unknown[] = ['error', 'warning', 'note'] satisfies readonly Finding['level'][];

/** A slip in one written without types must not let a release pass: a level nobody knows would count as none. */
function isFindings(answer: unknown): answer is readonly Finding[] {
  return Array.isArray(answer) && answer.every(isFinding);
}

function isFinding(item: unknown): boolean {
  if (typeof item !== 'object' || item === null) return false;
  const { level, code, subject, message } = item as Readonly<Record<string, unknown>>;
  return LEVELS.includes(level) && [code, subject, message].every((text) => typeof text === 'string');
}

import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { DistError, EXIT } from '../errors.ts';
import type { ReadView } from '../jobs.ts';
import type { Distribution } from '../model/distribution.ts';
import type { Finding } from '../model/finding.ts';
import type { PlannedArtifact } from '../model/plan.ts';
import type { ServiceFiles } from '../services.ts';
import { withSource } from './artifact-source.ts';
import { chosenEntries } from './chosen-entries.ts';
import { checkHooks, withStepHooks } from './config-hooks.ts';
import { isHookFailure } from './config-hooks-errors.ts';
import { type GuardOptions, guarded } from './guarded.ts';
import { readManifest } from './output-folder.ts';
import { formatOf } from './package.ts';
import { CHECKSUMS_NAME, distributionKey } from './plan.ts';
import { Pool, settleAll } from './pool.ts';
import { asksForSource, stageAll, wideDistribution } from './produce.ts';
import type { ManifestArtifact, ReleaseManifest } from './release-manifest.ts';
import type { RunContext } from './run-context.ts';
import { serviceFiles } from './services.ts';
import { signatureFindings } from './sign-check.ts';
import { isSignature } from './sign-plan.ts';
import { sourceFiles } from './source-files.ts';
import { validatorFindings } from './validate-asked.ts';
import { checksumFindings, digestFindings, unlistedFindings } from './validate-digests.ts';
import * as found from './validate-findings.ts';
import { countOf, refuseErrors, summaryOf } from './validate-findings.ts';

/** Reads every artifact of a folder back and lists what is wrong with it. */

export interface ValidateOptions extends GuardOptions {
  /** Builds and stages the plan anew and compares; else only structure and digests are looked at. */
  readonly stage: boolean;
  /** Whether the plan is narrowed by flags: what it leaves out is left alone then. */
  readonly filtered: boolean;
  /** Told what was found, before errors among it make the run fail. */
  readonly show: (validation: Validation) => void;
}

export interface Validation {
  readonly folder: string;
  /** Whether contents were compared with a fresh staging. */
  readonly compared: boolean;
  /** Sorted by name. */
  readonly artifacts: readonly ValidatedArtifact[];
  /** Of the folder as a whole. */
  readonly findings: readonly Finding[];
}

export interface ValidatedArtifact {
  readonly name: string;
  readonly format?: string;
  readonly findings: readonly Finding[];
}

/** Shows all findings; throws with the exit code of validation when one of them is an error. */
export function validateRelease(run: RunContext, options: ValidateOptions): Promise<Validation> {
  return guarded(run, 'validate', options, async () => {
    await checkHooks(run, ['validate']);
    const manifest = manifestOfPlan(run);
    const validation = await validate(run, manifest, options);
    for (const finding of findingsOf(validation)) run.report.finding(finding);
    options.show(validation);
    refuseErrors(findingsOf(validation), validation.folder);
    return validation;
  });
}

async function validate(run: RunContext, manifest: ReleaseManifest, { stage, filtered }: ValidateOptions): Promise<Validation> {
  const planned = new Map(run.plan.artifacts.map((artifact) => [artifact.name, artifact]));
  const isChosen = (name: string): boolean => planned.has(name) || !filtered;
  const chosen = manifest.artifacts.filter(
    ({ name, kind, subject }) => name !== CHECKSUMS_NAME && isChosen((isSignature({ kind }) && subject) || name),
  );
  const expected = stage ? await freshStaging(run) : () => undefined;
  const pool = new Pool(run.jobs);
  const artifacts = await settleAll(
    chosen.map((artifact) => pool.run(() => validateArtifact(run, { artifact, planned: planned.get(artifact.name), expected, manifest }))),
  );
  const sums = manifest.artifacts.filter(({ name }) => name === CHECKSUMS_NAME);
  const aboutSums = (await settleAll(sums.map((artifact) => digestFindings(artifact, run.outputDir)))).flat();
  const broken = new Set([...artifacts.flatMap(({ findings }) => findings), ...aboutSums].filter(isBroken).map(({ subject }) => subject));
  return {
    folder: run.outputDir,
    compared: stage,
    artifacts,
    findings: [
      ...notMade(run, manifest),
      ...aboutSums,
      ...checksumFindings(manifest, run.outputDir),
      ...(filtered ? [] : unlistedFindings(manifest, run.outputDir)),
      ...(await validatorFindings(
        run,
        manifest.artifacts.filter((artifact) => (chosen.includes(artifact) || sums.includes(artifact)) && !broken.has(artifact.name)),
      )),
    ],
  };
}

/** Whether its subject is not the artifact that was made: validators are not asked about something else. */
function isBroken({ code }: Finding): boolean {
  return code === 'artifact-missing' || code === 'artifact-type' || code === 'artifact-changed';
}

function notMade({ plan }: RunContext, manifest: ReleaseManifest): readonly Finding[] {
  const made = new Set(manifest.artifacts.map(({ name }) => name));
  return plan.artifacts.filter(({ name }) => !made.has(name)).map(({ name }) => found.notMade(name));
}

interface Expectation {
  readonly distribution: Distribution;
  readonly services: readonly ServiceFiles[];
}

/** What a planned artifact should hold; undefined where it is made of no entries. */
type Expected = (planned: PlannedArtifact) => Promise<Expectation | undefined> | undefined;

async function freshStaging(run: RunContext): Promise<Expected> {
  const source = asksForSource(run) ? await sourceFiles(run) : undefined;
  const distributions = stageAll(run);
  return async (planned) => {
    const distribution =
      planned.scope === 'cell' ? await distributions.get(distributionKey(planned)) : await wideDistribution(run, planned, { distributions, source });
    if (!distribution || (planned.scope !== 'cell' && distribution.entries.length === 0)) return undefined;
    const format = formatOf(run, planned);
    return {
      distribution: { ...distribution, entries: chosenEntries(run, planned, format, distribution) },
      services: serviceFiles(run, { planned, format, distribution }),
    };
  };
}

interface Subject {
  readonly artifact: ManifestArtifact;
  readonly planned: PlannedArtifact | undefined;
  readonly expected: Expected;
  readonly manifest: ReleaseManifest;
}

async function validateArtifact(run: RunContext, subject: Subject): Promise<ValidatedArtifact> {
  const { name, format } = subject.artifact;
  run.signal.throwIfAborted();
  const task = run.report.task({ id: `validate ${name}`, step: 'validate', title: name, ...(format === undefined ? {} : { format }) });
  try {
    const findings = await findingsWithHooks(run, subject);
    const errors = countOf(findings, 'error');
    if (errors > 0) task.fail(invalid(name, errors));
    else task.done(summaryOf(findings));
    return { name, ...(format === undefined ? {} : { format }), findings };
  } catch (error) {
    task.fail(error);
    throw error;
  }
}

/** What a hook refuses is a finding like any other, so that all of them are seen. */
async function findingsWithHooks(run: RunContext, subject: Subject): Promise<readonly Finding[]> {
  const { artifact } = subject;
  const { variant } = artifact;
  const platform = run.plan.platforms.find(({ name }) => name === artifact.platform);
  const findings: Finding[] = [];
  const look = async (): Promise<void> => {
    findings.push(...(await findingsAbout(run, subject)));
  };
  try {
    await withStepHooks(run, 'validate', look, { platform, variant, artifact });
  } catch (error) {
    if (!isHookFailure(error)) throw error;
    findings.push(found.hookFailed(artifact.name, error));
  }
  return findings;
}

async function findingsAbout(run: RunContext, subject: Subject): Promise<readonly Finding[]> {
  const { artifact, planned } = subject;
  const unplanned = planned === undefined && !isSignature(artifact) ? [found.notPlanned(artifact.name)] : [];
  const broken = await digestFindings(artifact, run.outputDir);
  // a changed file is still read: what changed says why
  const readable = !broken.some(({ code }) => code === 'artifact-missing' || code === 'artifact-type');
  return [...unplanned, ...broken, ...(readable ? await readBack(run, subject) : [])];
}

async function readBack(run: RunContext, { artifact, planned, expected, manifest }: Subject): Promise<readonly Finding[]> {
  if (isSignature(artifact)) return signatureFindings(run, artifact, manifest);
  const { name, type } = artifact;
  const format = planned?.format ?? artifact.format;
  const provided = format === undefined ? undefined : run.host.formats.get(format);
  if (format === undefined || !provided?.definition.read) return [found.noReader(name, format)];
  const path = join(run.outputDir, name);
  const { distribution, services } = (planned && (await expected(planned))) ?? {};
  const view: ReadView<unknown> | undefined = planned && {
    options: formatOf(run, planned).options,
    date: manifest.date,
    ...(services && { services }),
  };
  try {
    const answers = await withSource(path, type === 'file' ? lstatSync(path).size : undefined, (source) =>
      run.host.hooks.validate.call(format, {
        release: run.plan.release,
        artifact,
        source,
        signal: run.signal,
        log: run.log(artifact.instance ?? name),
        ...(distribution && { distribution }),
        ...(view && { view }),
      }),
    );
    return answers.flat();
  } catch (error) {
    if (run.signal.aborted) throw error;
    return [found.readerFailed(name, error)];
  }
}

/** The manifest of the folder, which must be that of the planned release. */
function manifestOfPlan({ outputDir, plan: { release } }: RunContext): ReleaseManifest {
  const manifest = readManifest(outputDir);
  if (manifest.name === release.name && manifest.version === release.version) return manifest;
  throw new DistError(
    'other-release',
    `Cannot validate ${release.name} ${release.version} in "${outputDir}": it holds ${manifest.name} ${manifest.version}`,
    { exit: EXIT.usage, hint: `package it first, or validate the other one with --version ${manifest.version}` },
  );
}

/** All of them; a path inside an artifact is named with the artifact. */
export function findingsOf({ artifacts, findings }: Validation): readonly Finding[] {
  const inside = artifacts.flatMap(({ name, findings: own }) =>
    own.map((finding) => (finding.subject === name ? finding : { ...finding, subject: `${name}: ${finding.subject}` })),
  );
  return [...inside, ...findings];
}

function invalid(name: string, errors: number): DistError {
  return new DistError('artifact-invalid', `Cannot accept "${name}": ${errors} ${errors === 1 ? 'error' : 'errors'}`, { exit: EXIT.validation });
}

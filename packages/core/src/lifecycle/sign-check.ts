import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DistError } from '../errors.ts';
import type { SignedFile } from '../key.ts';
import type { Artifact } from '../model/artifact.ts';
import type { Finding } from '../model/finding.ts';
import type { Release } from '../model/release.ts';
import type { ReleaseManifest } from './release-manifest.ts';
import type { RunContext } from './run-context.ts';
import { uncheckable } from './sign-errors.ts';
import { isChosen, isSignature, type PlannedSignature, plannedSignatures, unsetSecret } from './sign-plan.ts';

/** Whether the signatures of a folder are there and fit. */

/** Beyond this it is no signature. */
const SIGNATURE_MAX = 1024 * 1024;

export function signedFile({ outputDir }: Pick<RunContext, 'outputDir'>, { name, size, sha256 }: Artifact): SignedFile {
  return { name, path: join(outputDir, name), size, sha256 };
}

/** What is under the signature's name; undefined for everything that is no plain file of a signature's size. */
export function signatureBytes({ outputDir }: Pick<RunContext, 'outputDir'>, name: string): Uint8Array | undefined {
  const path = join(outputDir, name);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() && stats.size <= SIGNATURE_MAX ? readFileSync(path) : undefined;
}

/** What is wrong with a signature, or keeps it from being checked; undefined when it fits. */
export async function signatureProblem(run: RunContext, planned: PlannedSignature, bytes: Uint8Array): Promise<DistError | undefined> {
  const { key, detached, subject } = planned;
  try {
    await detached.verify(run.keyJob(key), signedFile(run, subject), bytes);
    return undefined;
  } catch (error) {
    if (run.signal.aborted) throw run.signal.reason;
    return error instanceof DistError ? error : uncheckable(planned.name, key.instance.id, error);
  }
}

/** The keys that are there: a snapshot is signed with what people have at hand. */
export async function withKeysAtHand(run: RunContext, planned: readonly PlannedSignature[], tell: boolean): Promise<readonly PlannedSignature[]> {
  if (!run.plan.release.snapshot) return planned;
  const unset = new Set<string>();
  for (const { instance, options } of new Set(planned.map(({ key }) => key))) {
    const source = await unsetSecret(options);
    if (source === undefined) continue;
    unset.add(instance.id);
    if (tell) run.report.info(`The snapshot is not signed with "${instance.id}": ${source} is not set`, 'sign');
  }
  return planned.filter(({ key }) => !unset.has(key.instance.id));
}

/** Signatures that `sign:` asks for and that are not there, or do not fit: nothing without them may be published. */
export async function missingSignatures(run: RunContext, manifest: ReleaseManifest): Promise<readonly Finding[]> {
  // a run of other steps only is no reason to publish without: that takes saying so
  if (isSkipped(run.selection.stepLeftOut('sign'))) return [];
  const chosen = plannedSignatures(run, manifest.artifacts).filter(({ key }) => isChosen(run, key));
  const findings: Finding[] = [];
  for (const planned of await withKeysAtHand(run, chosen, false)) findings.push(...(await missing(run, planned, manifest)));
  return findings;
}

/** Of the keys that flags leave out, those whose signatures are not among the artifacts: people asked for them once. */
export function keysLeftOut(run: RunContext, artifacts: readonly Artifact[]): readonly string[] {
  const isStepSkipped = isSkipped(run.selection.stepLeftOut('sign'));
  const there = new Set(artifacts.filter(isSignature).map(({ name }) => name));
  const left = plannedSignatures(run, artifacts).filter(({ key: { instance }, name }) => {
    return !there.has(name) && (isStepSkipped || isSkipped(run.selection.leftOut('sign', instance.id)));
  });
  return [...new Set(left.map(({ key }) => key.instance.id))].sort();
}

function isSkipped(reason: string | undefined): boolean {
  return reason?.startsWith('--skip') === true;
}

/** Said, and no more: whoever skips signing wants it so. */
export function leftUnsigned(keys: readonly string[], { name, version }: Pick<Release, 'name' | 'version'>): readonly Finding[] {
  if (keys.length === 0) return [];
  const message = `It is not signed with ${keys.map((key) => `"${key}"`).join(', ')}, which flags leave out`;
  const hint = 'run "provisioning-dist sign" and publish again for signatures';
  return [{ level: 'warning', code: 'unsigned', subject: `${name} ${version}`, message, hint }];
}

async function missing(run: RunContext, planned: PlannedSignature, manifest: ReleaseManifest): Promise<readonly Finding[]> {
  const { name, subject, key } = planned;
  const listed = manifest.artifacts.find((artifact) => artifact.name === name);
  const isListed = listed?.kind === 'signature' && listed.subject === subject.name;
  const bytes = isListed ? signatureBytes(run, name) : undefined;
  if (!bytes) return [unsigned(subject.name, `It is not signed with "${key.instance.id}": there is no "${name}"`)];
  const problem = await signatureProblem(run, planned, bytes);
  if (!problem) return [];
  return [isUnknowable(problem) ? unverified(name, problem) : unsigned(subject.name, problem.message)];
}

/** About one signature of the folder. */
export async function signatureFindings(run: RunContext, artifact: Artifact, manifest: ReleaseManifest): Promise<readonly Finding[]> {
  const planned = plannedSignatures(run, manifest.artifacts).find(({ name, subject }) => name === artifact.name && subject.name === artifact.subject);
  if (!planned) return [unasked(artifact.name)];
  const bytes = signatureBytes(run, artifact.name);
  if (!bytes) return [wrong(artifact.name, 'It is no signature: it is larger than 1 MiB')];
  const problem = await signatureProblem(run, planned, bytes);
  if (!problem) return [];
  return [isUnknowable(problem) ? unverified(artifact.name, problem) : wrong(artifact.name, problem.message)];
}

/** Whoever publishes need not have what signs. */
function isUnknowable({ code }: DistError): boolean {
  return code === 'secret-missing';
}

function unsigned(subject: string, message: string): Finding {
  return { level: 'error', code: 'unsigned', subject, message, hint: 'run "provisioning-dist sign" first' };
}

function wrong(subject: string, message: string): Finding {
  return { level: 'error', code: 'signature-wrong', subject, message, hint: 'run "provisioning-dist sign" again' };
}

function unverified(subject: string, problem: DistError): Finding {
  const message = `Nobody has checked it here: ${problem.message}`;
  return { level: 'warning', code: 'signature-unverified', subject, message, hint: 'give the key its "publicKey": checking takes no secret' };
}

function unasked(subject: string): Finding {
  return {
    level: 'warning',
    code: 'signature-unasked',
    subject,
    message: 'No key under "sign:" makes it',
    hint: 'run "provisioning-dist sign" again',
  };
}

import { join } from 'node:path';
import { DistError, together } from '../errors.ts';
import type { Artifact } from '../model/artifact.ts';
import { atomicWrite } from './atomic-write.ts';
import { checkHooks, withStepHooks } from './config-hooks.ts';
import { MANIFEST_NAME } from './plan.ts';
import { isAbort, Pool } from './pool.ts';
import { sha256OfBytes } from './recipe.ts';
import { manifestOf, printManifest, type ReleaseManifest } from './release-manifest.ts';
import { removeAny } from './remove-tree.ts';
import type { RunContext } from './run-context.ts';
import { signatureBytes, signatureProblem, signedFile, withKeysAtHand } from './sign-check.ts';
import { signFailed } from './sign-errors.ts';
import { isChosen, isSignature, type PlannedSignature, plannedSignatures, signatureArtifact } from './sign-plan.ts';

/** Detached signatures over finished artifacts: after the checksums, which do not list them. */

export interface Signature {
  readonly name: string;
  readonly subject: string;
  /** Id of the key. */
  readonly key: string;
  /** `kept`: it was there and fits. */
  readonly state: 'made' | 'kept' | 'planned';
}

export interface SignOutcome {
  readonly manifest: ReleaseManifest;
  readonly signatures: readonly Signature[];
}

/** Signs what `sign:` asks for; the artifacts are known to be as the manifest says. Gives the manifest with the signatures in it. */
export async function signRelease(run: RunContext, manifest: ReleaseManifest): Promise<ReleaseManifest> {
  return (await signArtifacts(run, manifest)).manifest;
}

export async function signArtifacts(run: RunContext, manifest: ReleaseManifest): Promise<SignOutcome> {
  if (!run.selection.runs('sign')) return { manifest, signatures: [] };
  await checkHooks(run, ['sign']);
  return withStepHooks(run, 'sign', () => signAll(run, manifest));
}

/** What would be signed. */
export async function signDry(run: RunContext, manifest: ReleaseManifest): Promise<SignOutcome> {
  const { chosen } = await choose(run, manifest);
  return { manifest, signatures: chosen.map((planned) => described(planned, 'planned')) };
}

interface Choice {
  readonly wanted: readonly PlannedSignature[];
  /** Of those, what this run makes. */
  readonly chosen: readonly PlannedSignature[];
}

async function choose(run: RunContext, manifest: ReleaseManifest): Promise<Choice> {
  const wanted = plannedSignatures(run, manifest.artifacts);
  return {
    wanted,
    chosen: await withKeysAtHand(
      run,
      wanted.filter(({ key }) => isChosen(run, key)),
      true,
    ),
  };
}

async function signAll(run: RunContext, manifest: ReleaseManifest): Promise<SignOutcome> {
  const { wanted, chosen } = await choose(run, manifest);
  const pool = new Pool(run.jobs);
  const results = await Promise.allSettled(chosen.map((planned) => pool.run(() => signOne(run, planned, manifest))));
  const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  const settled = settle(run, manifest, { made: made.map(({ artifact }) => artifact), wanted, chosen });
  throwFailures(failures);
  return { manifest: settled, signatures: made.map(({ signature }) => signature) };
}

/** An interruption is why the others failed. */
function throwFailures(failures: readonly unknown[]): void {
  const real = failures.filter((failure) => !isAbort(failure));
  const [first, ...others] = real.length > 0 ? real : failures;
  if (first === undefined) return;
  const same = others.every((other) => other === first);
  throw same ? first : together([...new Set([first, ...others])]);
}

interface Made {
  readonly artifact: Artifact;
  readonly signature: Signature;
}

async function signOne(run: RunContext, planned: PlannedSignature, manifest: ReleaseManifest): Promise<Made> {
  const { name, subject, key } = planned;
  run.signal.throwIfAborted();
  const task = run.report.task({ id: `sign ${name}`, step: 'sign', title: name });
  try {
    const kept = await keptBytes(run, planned, manifest);
    const bytes = kept ?? (await newBytes(run, planned));
    if (!kept) atomicWrite(join(run.outputDir, name), bytes);
    task.done(kept ? 'unchanged' : key.instance.id);
    return { artifact: artifactOf(planned, bytes), signature: described(planned, kept ? 'kept' : 'made') };
  } catch (cause) {
    const error = run.signal.aborted ? run.signal.reason : cause instanceof DistError ? cause : signFailed(subject.name, key.instance.id, cause);
    task.fail(error);
    throw error;
  }
}

/** A signature that fits is left alone: some are other bytes each time, and people may have them already. One that was changed is not. */
async function keptBytes(run: RunContext, planned: PlannedSignature, { artifacts }: ReleaseManifest): Promise<Uint8Array | undefined> {
  const bytes = signatureBytes(run, planned.name);
  const listed = artifacts.find(({ name }) => name === planned.name);
  if (!bytes || (listed && listed.sha256 !== sha256OfBytes(bytes))) return undefined;
  return (await signatureProblem(run, planned, bytes)) ? undefined : bytes;
}

async function newBytes(run: RunContext, planned: PlannedSignature): Promise<Uint8Array> {
  const { key, detached, subject } = planned;
  const job = run.keyJob(key);
  const file = signedFile(run, subject);
  await run.host.hooks.sign.call(key.instance.use, { ...job, artifacts: (filter) => run.artifacts.select(filter), artifact: subject, file });
  const bytes = await detached.sign(job, file);
  await detached.verify(job, file, bytes);
  return bytes;
}

function artifactOf(planned: PlannedSignature, bytes: Uint8Array): Artifact {
  const sha256 = sha256OfBytes(bytes);
  return signatureArtifact(planned, { size: bytes.length, sha256, digests: { sha256 } });
}

function described({ name, subject, key }: PlannedSignature, state: Signature['state']): Signature {
  return { name, subject: subject.name, key: key.instance.id, state };
}

interface Settling extends Choice {
  readonly made: readonly Artifact[];
}

/** Of earlier signatures stay those of keys that this run leaves out. Those nobody asks for, and those that could not be made again, go. */
function settle(run: RunContext, manifest: ReleaseManifest, { made, wanted, chosen }: Settling): ReleaseManifest {
  const left = new Set(wanted.filter((planned) => !chosen.includes(planned)).map(({ name }) => name));
  const names = new Set(made.map(({ name }) => name));
  const [earlier, others] = [manifest.artifacts.filter(isSignature), manifest.artifacts.filter((artifact) => !isSignature(artifact))];
  for (const { name } of earlier) if (!left.has(name) && !names.has(name)) removeAny(join(run.outputDir, name));
  const { schema: _, artifacts: __, ...release } = manifest;
  const signed = manifestOf(release, [...others, ...earlier.filter(({ name }) => left.has(name)), ...made]);
  const text = printManifest(signed);
  if (text !== printManifest(manifest)) atomicWrite(join(run.outputDir, MANIFEST_NAME), text);
  return signed;
}

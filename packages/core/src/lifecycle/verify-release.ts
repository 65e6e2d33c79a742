import { DistError, EXIT } from '../errors.ts';
import type { Finding } from '../model/finding.ts';
import { lookingJob } from './looking-job.ts';
import { readManifest } from './output-folder.ts';
import type { PublishTarget } from './publish.ts';
import { publishTargets } from './publish-targets.ts';
import { publishable } from './release-artifacts.ts';
import type { RunContext } from './run-context.ts';

/** Reads a published release back, as the public sees it. */

export interface VerifiedRegistry {
  readonly id: string;
  /** The version clients get now; null where the registry does not say or has none. */
  readonly current: string | null;
  /** False where the registry cannot be read back. */
  readonly read: boolean;
  readonly findings: readonly Finding[];
}

export interface Verification {
  readonly name: string;
  readonly version: string;
  readonly registries: readonly VerifiedRegistry[];
}

/** Throws a DistError with exit code 4 when something is wrong, after `show` was told everything. */
export async function verifyRelease(run: RunContext, show: (verification: Verification) => void): Promise<void> {
  const { name, version } = run.plan.release;
  offerListed(run);
  const targets = publishTargets(run).filter(({ skipped }) => skipped === undefined);
  if (targets.length === 0) throw nothingToVerify();
  const read = await Promise.all(targets.map((target) => verifyOne(run, target)));
  const registries = read.map((one) => ({ ...one, findings: [...one.findings, ...driftOf(one, read, run)] }));
  show({ name, version, registries });
  const errors = registries.flatMap(({ findings }) => findings).filter(({ level }) => level === 'error');
  if (errors.length > 0) throw notAsPublished(name, version, errors);
}

/** What was published is what release.json lists; the files themselves are not needed. */
function offerListed(run: RunContext): void {
  const manifest = readManifest(run.outputDir);
  const { name, version } = run.plan.release;
  if (manifest.name !== name || manifest.version !== version) throw otherRelease(run.outputDir, `${manifest.name} ${manifest.version}`, version);
  for (const artifact of publishable(manifest)) run.artifacts.add(artifact);
}

async function verifyOne(run: RunContext, target: PublishTarget): Promise<VerifiedRegistry> {
  const { id, definition } = target;
  const job = lookingJob(run, target);
  try {
    const findings = (await definition.verify?.(job)) ?? [];
    return { id, current: (await definition.current?.(job)) ?? null, read: definition.verify !== undefined, findings };
  } catch (error) {
    run.signal.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    return { id, current: null, read: false, findings: [{ level: 'error', code: 'verify-failed', subject: `publish.${id}`, message }] };
  }
}

/** Registries kept in step that are not. */
function driftOf({ id, current }: VerifiedRegistry, all: readonly VerifiedRegistry[], { product }: RunContext): readonly Finding[] {
  const mirrors = product.publish.find((instance) => instance.id === id)?.mirrors ?? [];
  return mirrors.flatMap((mirror): readonly Finding[] => {
    const other = all.find((one) => one.id === mirror)?.current;
    if (other === undefined || other === current) return [];
    const message = `It mirrors "${id}", which gives clients ${current ?? 'nothing'}, and gives them ${other ?? 'nothing'}`;
    return [{ level: 'error', code: 'mirror-drift', subject: `publish.${mirror}`, message, hint: `publish again with --registry ${mirror}` }];
  });
}

function nothingToVerify(): DistError {
  return new DistError('nothing-to-verify', 'Cannot verify the release: no registry of it is chosen', {
    exit: EXIT.usage,
    hint: 'add one under "publish:", or see "provisioning-dist validate" for the artifacts here',
  });
}

function otherRelease(folder: string, found: string, version: string): DistError {
  return new DistError('other-release', `Cannot verify ${version} by "${folder}": it holds ${found}`, {
    exit: EXIT.usage,
    hint: 'name the folder with the release.json of this version with --from',
  });
}

function notAsPublished(name: string, version: string, errors: readonly Finding[]): DistError {
  const lines = errors.map(({ subject, message }) => `${subject}: ${message}`);
  return new DistError('not-as-published', [`Cannot confirm ${name} ${version}: ${errors.length} errors`, ...lines].join('\n'), {
    exit: EXIT.validation,
    data: { findings: errors },
  });
}

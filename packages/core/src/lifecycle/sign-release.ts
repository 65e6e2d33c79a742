import { DistError, EXIT } from '../errors.ts';
import { type GuardOptions, guarded } from './guarded.ts';
import { manifestToSign } from './made-artifacts.ts';
import { preflight } from './preflight.ts';
import type { RunContext } from './run-context.ts';
import { type Signature, signArtifacts, signDry } from './sign.ts';

/** The `sign` command's work for one product. */

export interface SignReleaseOptions extends GuardOptions {
  readonly dryRun: boolean;
}

export interface SignSummary {
  readonly name: string;
  readonly version: string;
  readonly dryRun: boolean;
  readonly outputDir: string;
  readonly signatures: readonly Signature[];
}

export async function signFolder(run: RunContext, options: SignReleaseOptions): Promise<SignSummary> {
  if (run.keys.length === 0) throw noKeys();
  if (options.dryRun) return summaryOf(run, true, (await signDry(run, await manifestToSign(run))).signatures);
  return guarded(run, 'sign', options, async () => {
    await preflight(run, { builders: false, registries: false, keys: true });
    return summaryOf(run, false, (await signArtifacts(run, await manifestToSign(run))).signatures);
  });
}

function summaryOf({ plan, outputDir }: RunContext, dryRun: boolean, signatures: readonly Signature[]): SignSummary {
  const { name, version } = plan.release;
  return { name, version, dryRun, outputDir, signatures };
}

function noKeys(): DistError {
  return new DistError('no-keys', 'Cannot sign: there is nothing under "sign:"', {
    exit: EXIT.usage,
    hint: 'describe a key: sign: { release: { use: gpg, … } }',
  });
}

import type { BuildJob, BuildOutput } from '@provisioning-dist/core';
import { checkObjects } from '../object/check.ts';
import { strippedOutputs } from '../strip/outputs.ts';

/** What happens to the outputs of any builder, as its options say. */
export async function finished(
  job: BuildJob<{ readonly check: boolean; readonly strip: boolean }>,
  outputs: readonly BuildOutput[],
): Promise<readonly BuildOutput[]> {
  if (job.options.check) checkObjects(outputs, job);
  return job.options.strip ? strippedOutputs(job, outputs) : outputs;
}

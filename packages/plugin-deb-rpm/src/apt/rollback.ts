import type { RollbackJob } from '@provisioning-dist/core';
import { retargeted } from './change.ts';
import { suiteInputs } from './job.ts';
import type { AptOptions } from './options.ts';
import { back, suiteOf } from './update.ts';

/** `retarget` takes the later versions out of the indexes and leaves the pool as it is; everything else undoes the journal. */
export async function rollback(job: RollbackJob<AptOptions>): Promise<void> {
  if (job.mode !== 'retarget') return await job.undo();
  const { to = '' } = job;
  const inputs = suiteInputs(job);
  // All of them are looked at before the first one is changed.
  for (const input of inputs)
    retargeted((await suiteOf(input, job)).state, { name: input.release.name, to, suite: input.suite }, { keep: 0, date: 0 });
  for (const input of inputs) await job.effect(back, { ...input, to });
}

import type { RollbackJob } from '@provisioning-dist/core';
import type { YumOptions } from './options.ts';
import { back } from './update.ts';

/** `retarget` takes the later versions out of the metadata and leaves the packages where they are; everything else undoes the journal. */
export async function rollback(job: RollbackJob<YumOptions>): Promise<void> {
  if (job.mode !== 'retarget') return await job.undo();
  const { name, version, date } = job.release;
  await job.effect(back, { release: { name, version, date }, to: job.to ?? '' });
}

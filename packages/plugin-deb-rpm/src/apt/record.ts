import { recordAt } from '../repository/record.ts';
import { sourceOf } from './job.ts';
import type { AptOptions } from './options.ts';
import { poolFolder } from './paths.ts';

/** Beside the release's packages, where those of other products made from the same source may be. */
export const record: ReturnType<typeof recordAt<AptOptions>> = recordAt<AptOptions>(
  (job) => `${folderOf(job)}/.${wordOf(job.release.product)}_${job.release.version}.journal.ndjson`,
  (job) => `${folderOf(job)}/.${job.release.version}.journal.ndjson`,
);

function folderOf({ release, options }: Parameters<typeof sourceOf>[0]): string {
  return poolFolder({ component: options.component, source: sourceOf({ release, options }) });
}

/** No version holds "_", so the last one ends the product. */
function wordOf(product: string): string {
  return product.replace(/[^A-Za-z0-9._+-]+/g, '-');
}

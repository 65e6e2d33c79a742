import { recordAt } from '../repository/record.ts';
import { sourceOf } from './job.ts';
import type { AptOptions } from './options.ts';
import { poolFolder } from './paths.ts';

/** Beside the release's packages. */
export const record: ReturnType<typeof recordAt<AptOptions>> = recordAt<AptOptions>(
  ({ release, options }) =>
    `${poolFolder({ component: options.component, source: sourceOf({ release, options }) })}/.${release.version}.journal.ndjson`,
);

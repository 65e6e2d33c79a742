import { recordAt } from '../repository/record.ts';
import { wordOf } from './job.ts';
import type { YumOptions } from './options.ts';

/** Where neither clients nor createrepo_c look. */
export const record: ReturnType<typeof recordAt<YumOptions>> = recordAt<YumOptions>(
  ({ release }) => `.provisioning-dist/${wordOf(release.name)}/${release.version}.journal.ndjson`,
);

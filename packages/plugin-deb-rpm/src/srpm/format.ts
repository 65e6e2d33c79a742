import { defineFormat, type FormatDefinition, type NameJob } from '@provisioning-dist/core';
import { codecNeeds } from '../rpm/codec.ts';
import { packageNames } from '../rpm/names.ts';
import { versionRelease } from '../rpm/version.ts';
import { type SrpmOptions, srpmOptions } from './options.ts';
import { readSrpm } from './read.ts';
import { srpmParts } from './write.ts';

/** What rpmbuild builds rpms from. */
export const srpmFormat: FormatDefinition<SrpmOptions> = defineFormat<SrpmOptions>({
  kind: 'package',
  group: 'package',
  scope: 'release',
  entries: 'source',
  ext: 'src.rpm',
  options: srpmOptions,
  needs: (options) => ({ ...codecNeeds(options), digests: ['sha256'] }),
  name: fileName,
  write: srpmParts,
  read: readSrpm,
});

/** What SOURCERPM of the rpms tells. */
function fileName({ release, options, cell }: NameJob<SrpmOptions>): string {
  return `${packageNames(cell).bare}-${versionRelease(release.version, options)}.src.rpm`;
}

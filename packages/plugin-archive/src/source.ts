import { defineFormat, type Entry, type FormatDefinition, type SelectJob } from '@provisioning-dist/core';
import { buildingPage, isBuildInstruction } from './building.ts';
import { noBuildInstructions } from './errors.ts';
import { readSource } from './read/source.ts';
import { BUILDING_PAGE, type SourceOptions, sourceOptions } from './source-options.ts';
import { deflateNeeds, tarGzParts } from './tar-gz.ts';

const EXT = 'source.tar.gz';

/** The tracked files of the release's commit. */
export const sourceFormat: FormatDefinition<SourceOptions> = defineFormat<SourceOptions>({
  kind: 'archive',
  group: 'archive',
  scope: 'release',
  entries: 'source',
  ext: EXT,
  options: sourceOptions,
  needs: deflateNeeds,
  select: withInstructions,
  write: (job) => tarGzParts(job, { ext: EXT }),
  read: (source, distribution, view) => readSource(source, { ext: EXT, distribution, view }),
});

function withInstructions(entries: readonly Entry[], job: SelectJob<SourceOptions>): readonly Entry[] {
  const { instructions = 'generate' } = job.options;
  if (instructions === 'none' || entries.some(isBuildInstruction)) return entries;
  if (instructions === 'require') throw noBuildInstructions();
  const bytes = Buffer.from(buildingPage(job));
  const common = { mode: 0o644, owner: 'root', group: 'root', role: 'doc', component: 'main' } as const;
  const page: Entry = { ...common, type: 'file', path: BUILDING_PAGE, size: bytes.length, source: { bytes } };
  return [...entries.filter(({ path }) => path !== BUILDING_PAGE), page].toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

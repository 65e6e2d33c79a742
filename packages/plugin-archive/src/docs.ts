import {
  defineFormat,
  type Entry,
  type FormatDefinition,
  type OptionsKit,
  ROLES,
  type Role,
  type SelectJob,
  variantTest,
} from '@provisioning-dist/core';
import { noDocumentation } from './errors.ts';
import { type ArchiveOptions, archiveShape } from './options.ts';
import { readTarGz } from './read/tar-gz.ts';
import { deflateNeeds, tarGzParts } from './tar-gz.ts';

const EXT = 'docs.tar.gz';
const DEFAULT_ROLES: readonly Role[] = ['doc', 'man', 'license'];

export interface DocsOptions extends ArchiveOptions {
  readonly roles?: readonly Role[] | undefined;
  /** Globs over destinations. */
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

/** What people read, in one archive for all platforms. */
export const docsFormat: FormatDefinition<DocsOptions> = defineFormat<DocsOptions>({
  kind: 'archive',
  group: 'archive',
  scope: 'release',
  entries: 'docs',
  ext: EXT,
  options: docsOptions,
  needs: deflateNeeds,
  select: documentation,
  write: (job) => tarGzParts(job, { ext: EXT, suffix: '-docs' }),
  read: (source, distribution, view) => readTarGz(source, { ext: EXT, suffix: '-docs', distribution, view }),
});

function docsOptions(kit: OptionsKit): ReturnType<FormatDefinition<DocsOptions>['options']> {
  const { z } = kit;
  const globs = z.array(z.string().min(1)).min(1).optional();
  return z.strictObject({
    ...archiveShape(kit),
    roles: z.array(z.enum(ROLES)).min(1).optional().describe('Roles of what it holds; default doc, man, license'),
    include: globs.describe('Globs over destinations: only these'),
    exclude: globs.describe('Globs over destinations: not these'),
  }) as ReturnType<FormatDefinition<DocsOptions>['options']>;
}

/** Entries of the roles, as far as the globs go, and the folders that lead to them. */
function documentation(entries: readonly Entry[], { options }: SelectJob<DocsOptions>): readonly Entry[] {
  const { roles = DEFAULT_ROLES, include, exclude } = options;
  const kept = variantTest({ ...(include && { include }), ...(exclude && { exclude }) });
  const chosen = entries.filter((entry) => entry.type !== 'directory' && roles.includes(entry.role) && kept(entry.path));
  if (chosen.length === 0) throw noDocumentation({ roles, include, exclude });
  const folders = new Set(chosen.flatMap(({ path }) => foldersOf(path)));
  return entries.filter((entry) => (entry.type === 'directory' ? folders.has(entry.path) : chosen.includes(entry)));
}

/** `a/b/c` -> `a`, `a/b` */
function foldersOf(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

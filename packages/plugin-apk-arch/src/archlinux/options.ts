import type { OptionsKit } from '@provisioning-dist/core';
import { isPackageName } from '../names.ts';
import { type CommonOptions, commonShape, filePaths, list, type Schema } from '../option-shapes.ts';
import { scriptOption } from '../script-file.ts';
import { type Coding, levelProblem } from './codec.ts';
import { FUNCTIONS, type ScriptName } from './install.ts';
import { optionalRelation, provision, relation } from './relations.ts';
import type { ArchVersion } from './version.ts';

/** What users may say of a package for pacman; relations in their usual form, files read. */
export interface ArchOptions extends CommonOptions, Coding, ArchVersion {
  readonly base?: string | undefined;
  readonly groups: readonly string[];
  readonly depends: readonly string[];
  readonly optionalDepends: readonly string[];
  readonly provides: readonly string[];
  readonly conflicts: readonly string[];
  readonly replaces: readonly string[];
  /** Without leading slash. */
  readonly backup: readonly string[];
  readonly scripts: Readonly<Partial<Record<ScriptName, string>>>;
}

/** alpm: an int. */
const EPOCH_MAX = 2 ** 31 - 1;

export function archOptions(kit: OptionsKit): Schema<ArchOptions> {
  const { z } = kit;
  const name = (text: string): string | undefined => (isPackageName(text) ? text : undefined);
  return z
    .strictObject({
      ...commonShape(kit),
      epoch: z.int().min(0).max(EPOCH_MAX).optional().describe('Put before the version, to go back in numbering'),
      revision: z
        .union([z.string(), z.int().min(1).transform(String)])
        .refine((text) => /^[1-9][0-9]*(?:\.[0-9]+)?$/.test(text), 'a revision is a number, such as 1 or 1.1')
        .default('1')
        .describe('pkgrel: of the packaging, after the version'),
      base: z.string().refine(isPackageName, 'it is no name of a package').optional().describe('pkgbase; default the name of the product'),
      groups: list(kit, name, 'Groups it is installed with'),
      depends: list(kit, relation, 'What it cannot do without; {version} stands for its own version'),
      optionalDepends: list(kit, optionalRelation, 'What goes well with it, as "name: what for"'),
      provides: list(kit, provision, 'Names it can be required by, with "=" only'),
      conflicts: list(kit, relation, 'What must not be installed beside it'),
      replaces: list(kit, relation, 'Packages that an upgrade of the system exchanges for it'),
      backup: filePaths(kit, 'Files kept as the user changed them; those in /etc are without being named'),
      scripts: z
        .strictObject(Object.fromEntries(Object.keys(FUNCTIONS).map((each) => [each, scriptOption(kit).optional()])))
        .prefault({})
        .describe('Functions of .INSTALL: a file, or the text itself from #! on'),
      codec: z.enum(['zstd', 'xz', 'gzip', 'none']).default('zstd'),
      level: z.int().optional().describe('zstd 1 to 19 (default 3), xz 0 to 9 (6), gzip 1 to 12 (6)'),
    })
    .superRefine((options, context) => {
      const message = levelProblem(options);
      if (message !== undefined) context.addIssue({ code: 'custom', path: ['level'], message, input: options.level });
    }) as unknown as Schema<ArchOptions>;
}

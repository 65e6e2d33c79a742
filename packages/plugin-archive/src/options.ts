import type { FormatDefinition, OptionsKit } from '@provisioning-dist/core';
import { pathProblem } from '@provisioning-dist/payload';

export interface ArchiveOptions {
  /** The codec's level; default the engine's. */
  readonly level?: number | undefined;
  /** The folder everything is in; false = none. Default: the file's name without its extension. */
  readonly wrap?: string | false | undefined;
}

type Schema<Options> = ReturnType<FormatDefinition<Options>['options']>;
type Shape = Readonly<Record<string, Schema<unknown>>>;

/** The levels a codec has. */
export interface Levels {
  readonly codec: string;
  readonly min: number;
  readonly max: number;
  readonly usual: number;
}

const DEFLATE: Levels = { codec: 'Deflate', min: 1, max: 12, usual: 6 };

export function archiveOptions(kit: OptionsKit, levels: Levels = DEFLATE): Schema<ArchiveOptions> {
  return kit.z.strictObject(archiveShape(kit, levels)) as Schema<ArchiveOptions>;
}

/** The options of every archive in one file. */
export function archiveShape({ z }: OptionsKit, { codec, min, max, usual }: Levels = DEFLATE): Shape {
  const folder = z.string().refine((path) => folderProblem(path) === undefined, {
    error: ({ input }) => `"${input}" cannot be a folder in an archive: ${folderProblem(String(input))}`,
  });
  return {
    level: z.int().min(min).max(max).optional().describe(`${codec} level, ${min} (fast) to ${max} (small); default ${usual}`),
    wrap: z
      .union([z.literal(false), folder])
      .optional()
      .describe("Folder everything is in; false = none; default the file's name without its extension"),
    split: refusedSplit(z),
    volume: refusedSplit(z),
  };
}

/** People look for it: they get the reason instead of an unknown key. `not: {}` lets editors refuse it too. */
function refusedSplit(z: OptionsKit['z']): Schema<unknown> {
  return z
    .unknown()
    .refine((value) => value === undefined, {
      error: 'archives are not split',
      params: {
        hint: 'every part needs a checksum, a signature and a download of its own, and all of them to be of use, while one file can be resumed; choose a smaller codec such as tar.xz, or several packages by "components"',
      },
    })
    .meta({ not: {}, description: 'Refused: archives are not split' })
    .optional();
}

export function noOptions({ z }: OptionsKit): Schema<Record<string, never>> {
  return z.strictObject({});
}

/** Nothing fills templates here; a folder called `{name}` is nobody's wish. */
function folderProblem(path: string): string | undefined {
  return /[{}]/.test(path) ? 'it is taken as it is, without templates' : pathProblem(path);
}

/** The level as the engine takes it: left out when it is not given. */
export function levelOf({ level }: ArchiveOptions): { readonly level?: number } {
  return level === undefined ? {} : { level };
}

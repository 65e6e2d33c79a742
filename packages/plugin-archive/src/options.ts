import type { FormatDefinition, OptionsKit } from '@provisioning-dist/core';
import { pathProblem } from '@provisioning-dist/payload';

export interface ArchiveOptions {
  /** Deflate level; default the engine's. */
  readonly level?: number | undefined;
  /** The folder everything is in; false = none. Default: the file's name without its extension. */
  readonly wrap?: string | false | undefined;
}

type Schema<Options> = ReturnType<FormatDefinition<Options>['options']>;

export function archiveOptions({ z }: OptionsKit): Schema<ArchiveOptions> {
  const folder = z.string().refine((path) => folderProblem(path) === undefined, {
    error: ({ input }) => `"${input}" cannot be a folder in an archive: ${folderProblem(String(input))}`,
  });
  return z.strictObject({
    level: z.int().min(1).max(9).optional().describe('Deflate level, 1 (fast) to 9 (small); default 6'),
    wrap: z
      .union([z.literal(false), folder])
      .optional()
      .describe("Folder everything is in; false = none; default the file's name without its extension"),
  });
}

export function noOptions({ z }: OptionsKit): Schema<Record<string, never>> {
  return z.strictObject({});
}

/** Nothing fills templates here; a folder called `{name}` is nobody's wish. */
function folderProblem(path: string): string | undefined {
  return /[{}]/.test(path) ? 'it is taken as it is, without templates' : pathProblem(path);
}

import type { FormatDefinition, OptionsKit } from '@provisioning-dist/core';
import { type ArchiveOptions, archiveShape } from './options.ts';

export const BUILDING_PAGE = 'BUILDING.md';

export interface SourceOptions extends ArchiveOptions {
  readonly instructions?: 'require' | 'generate' | 'none' | undefined;
}

export function sourceOptions(kit: OptionsKit): ReturnType<FormatDefinition<SourceOptions>['options']> {
  return kit.z.strictObject({
    ...archiveShape(kit),
    instructions: kit.z
      .enum(['require', 'generate', 'none'])
      .optional()
      .describe(`Where the sources do not say how to build them: refuse, write ${BUILDING_PAGE} (default), or leave it so`),
  }) as ReturnType<FormatDefinition<SourceOptions>['options']>;
}

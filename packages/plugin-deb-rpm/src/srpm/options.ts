import type { FormatDefinition, OptionsKit } from '@provisioning-dist/core';
import { pathProblem } from '@provisioning-dist/payload';
import type { Coding, RpmCodec } from '../rpm/codec.ts';
import { identity, LINE, levelProblem, relationList, type Schema } from '../rpm/options.ts';
import type { RpmVersion } from '../rpm/version.ts';

/** What users may say of a source package; paths in the repository are relative, installed ones absolute. */
export interface SrpmOptions extends Coding, RpmVersion {
  readonly summary?: string | undefined;
  readonly description?: string | undefined;
  readonly license?: string | undefined;
  readonly vendor?: string | undefined;
  readonly packager?: string | undefined;
  readonly homepage?: string | undefined;
  readonly group: string;
  readonly requires: readonly string[];
  readonly buildRequires: readonly string[];
  /** Where files and folders of the repository are installed. */
  readonly copy: Readonly<Record<string, string>>;
  readonly build: readonly string[];
  readonly install: readonly string[];
  readonly directories: readonly string[];
  readonly noarch?: boolean | undefined;
  /** Instance under `sign:`. */
  readonly sign?: string | undefined;
}

/** What needs no quoting in any part of a spec file. */
const INSTALLED = /^(?:\/[A-Za-z0-9_.+@:,~-]+)+$/;

export function srpmOptions(kit: OptionsKit): ReturnType<FormatDefinition<SrpmOptions>['options']> {
  const { z } = kit;
  const installed = z.string().refine((path) => INSTALLED.test(path) && pathProblem(path.slice(1)) === undefined, {
    error: ({ input }) => `"${input}" is no absolute path of letters, digits and "_ . + @ : , ~ -"`,
  });
  const tracked = z.string().refine((path) => pathProblem(path) === undefined, { error: ({ input }) => `"${input}" is no path in the repository` });
  const line = z
    .string()
    .trim()
    .min(1)
    .regex(LINE, 'it is more than one line')
    .refine((text) => !text.startsWith('%'), 'a line that begins with % is a directive of spec files');
  return z
    .strictObject({
      ...identity(kit),
      requires: relationList(kit, { rich: true }).default([]).describe('Of the package that is built'),
      buildRequires: relationList(kit, { rich: true }).default([]).describe('What has to be installed to build it'),
      copy: z.record(tracked, installed).default({}).describe('Files and folders of the repository by the path they are installed as'),
      build: z.array(line).default([]).describe('Shell lines of %build'),
      install: z.array(line).default([]).describe('Shell lines of %install, after "copy"; everything goes below $RPM_BUILD_ROOT'),
      directories: z.array(installed).default([]).describe('Folders that "install" makes and the package owns'),
      noarch: z.boolean().optional().describe('Whether what is built runs on every machine; default true without "build"'),
      codec: z.enum(['gzip', 'xz', 'zstd', 'none']).default('gzip'),
      level: z.int().optional().describe('gzip 1 to 12 (default 6), xz 0 to 9 (6), zstd 1 to 19 (3)'),
      sign: z.string().min(1).optional().describe('Key under "sign:" for the signature inside'),
    })
    .superRefine(({ codec, level, copy, install }, context) => {
      const wrong = levelProblem(codec as RpmCodec, level);
      if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong, path: ['level'], input: level });
      if (Object.keys(copy).length === 0 && install.length === 0)
        context.addIssue({ code: 'custom', message: 'neither "copy" nor "install" says what is installed', path: ['copy'], input: copy });
    }) as unknown as Schema<SrpmOptions>;
}

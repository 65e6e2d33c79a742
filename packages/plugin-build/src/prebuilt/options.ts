import type { BuilderDefinition, OptionsKit } from '@provisioning-dist/core';

/** One value for every platform, or a map: the platform's name wins over its operating system, which wins over `default`. */
export type PerPlatform = string | Readonly<Record<string, string>>;

/** Exactly one of `from`, `npm` and `archive` is given. Every value is a template. */
export interface PrebuiltOptions {
  /** A directory, a file or a glob, relative to the project root. */
  readonly from?: PerPlatform | undefined;
  /** `name@1.2.3`, often with `{npm.os}-{npm.cpu}`. */
  readonly npm?: PerPlatform | undefined;
  /** A tar, tar.gz or zip file, relative to the project root. */
  readonly archive?: PerPlatform | undefined;
  /** Output name to path inside the source. */
  readonly files?: Readonly<Record<string, PerPlatform>> | undefined;
  /** Subresource integrity of the npm tarball, as lock files hold it. */
  readonly integrity?: PerPlatform | undefined;
  /** Of the archive, hex. */
  readonly sha256?: PerPlatform | undefined;
  /** Compare the header of each output with the platform. */
  readonly check: boolean;
  /** Take symbols and debug sections out of programs. */
  readonly strip: boolean;
}

const SOURCES = ['from', 'npm', 'archive'] as const;

/** The schema the host checks a `prebuilt:` item with. */
export function prebuiltOptions({ z }: OptionsKit): ReturnType<BuilderDefinition<PrebuiltOptions>['options']> {
  const text = z.string().min(1);
  const perPlatform = z.union([text, z.record(text, text)]);
  return z
    .strictObject({
      from: perPlatform.optional(),
      npm: perPlatform.optional(),
      archive: perPlatform.optional(),
      files: z.record(text, perPlatform).optional(),
      integrity: perPlatform.optional(),
      sha256: perPlatform.optional(),
      check: z.boolean().default(true),
      strip: z.boolean().default(false),
    })
    .superRefine((options, context) => {
      for (const message of misfits(options)) context.addIssue({ code: 'custom', ...message });
    });
}

interface Misfit {
  readonly message: string;
  readonly path: string[];
}

/** Keys that do not go together. */
function misfits(options: PrebuiltOptions): Misfit[] {
  const given = SOURCES.filter((key) => options[key] !== undefined);
  if (given.length !== 1) return [{ path: [], message: `needs exactly one of from, npm and archive, has ${given.join(' and ') || 'none'}` }];
  const found: Misfit[] = [];
  if (options.from === undefined && Object.keys(options.files ?? {}).length === 0)
    found.push({ path: ['files'], message: `is needed with ${given[0]}: output name to path inside it` });
  if (options.integrity !== undefined && options.npm === undefined) found.push({ path: ['integrity'], message: 'belongs to npm' });
  if (options.sha256 !== undefined && options.archive === undefined) found.push({ path: ['sha256'], message: 'belongs to archive' });
  return found;
}

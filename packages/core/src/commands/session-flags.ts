import { DistError, EXIT } from '../errors.ts';
import type { SessionOptions } from '../lifecycle/session.ts';
import type { ReleaseType } from '../versions/release-type.ts';
import type { ReleaseTypeOptions } from '../versions/version-state.ts';

/** Flags as oclif gives them: absent ones are undefined. */
interface Given {
  readonly config?: string | undefined;
  readonly product?: string | undefined;
  readonly version?: string | undefined;
  readonly 'release-type'?: ReleaseType | undefined;
  readonly 'pre-release'?: boolean | undefined;
  readonly 'pre-id'?: string | undefined;
  readonly snapshot?: boolean | undefined;
  readonly platform?: readonly string[] | undefined;
  readonly variant?: readonly string[] | undefined;
  readonly format?: readonly string[] | undefined;
  /** What `--from` gives, by the key of the distribution. */
  readonly distributions?: ReadonlyMap<string, unknown> | undefined;
  readonly skip?: readonly string[] | undefined;
  readonly only?: readonly string[] | undefined;
  readonly jobs?: number | undefined;
  readonly memory?: number | undefined;
  readonly 'output-dir'?: string | undefined;
}

/** What the flags of a command say about the session; flags a command does not have count as not given. */
export function sessionOptions(flags: Given): SessionOptions {
  const { config, product, version, snapshot, platform, variant, format, distributions, skip, only, jobs, memory } = flags;
  const outputDir = flags['output-dir'];
  const releaseType = releaseTypeOf(flags);
  return {
    cwd: process.cwd(),
    snapshot: snapshot === true,
    filters: {
      platforms: platform ?? [],
      variants: variant ?? [],
      formats: format ?? [],
      ...(distributions === undefined ? {} : { distributions: new Set(distributions.keys()) }),
    },
    skip: skip ?? [],
    only: only ?? [],
    ...(config === undefined ? {} : { configFile: config }),
    ...(product === undefined ? {} : { product }),
    ...(version === undefined ? {} : { version }),
    ...(releaseType === undefined ? {} : { releaseType }),
    ...(jobs === undefined ? {} : { jobs }),
    ...(memory === undefined ? {} : { memory }),
    ...(outputDir === undefined ? {} : { outputDir }),
  };
}

/** Undefined when none of the flags is given. `usual` is what the others speak of without a type. */
export function releaseTypeOf(flags: Given, usual?: ReleaseType): ReleaseTypeOptions | undefined {
  const { 'release-type': type = usual, 'pre-release': isPre, 'pre-id': id, version, snapshot } = flags;
  if (type === undefined && !isPre && id === undefined) return undefined;
  if (version !== undefined || snapshot) throw contradiction(version === undefined ? '--snapshot' : '--version');
  const pre = id ?? (isPre ? true : undefined);
  return { type: type ?? 'prerelease', ...(pre === undefined ? {} : { pre }) };
}

function contradiction(flag: string): DistError {
  return new DistError('flags-contradict', `Cannot count to the next version: ${flag} gives one`, { exit: EXIT.usage, hint: 'keep one of them' });
}

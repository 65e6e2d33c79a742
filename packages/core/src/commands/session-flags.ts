import type { SessionOptions } from '../lifecycle/session.ts';

/** Flags as oclif gives them: absent ones are undefined. */
interface Given {
  readonly config?: string | undefined;
  readonly product?: string | undefined;
  readonly version?: string | undefined;
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
    ...(jobs === undefined ? {} : { jobs }),
    ...(memory === undefined ? {} : { memory }),
    ...(outputDir === undefined ? {} : { outputDir }),
  };
}

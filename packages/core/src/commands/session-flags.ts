import type { SessionOptions } from '../lifecycle/session.ts';
import type { Parsed } from './base.ts';
import type { placeFlags, projectFlags, releaseFlags, resourceFlags, selectionFlags, stepFlags } from './flags.ts';

type Given = Partial<
  Parsed<typeof projectFlags & typeof releaseFlags & typeof selectionFlags & typeof stepFlags & typeof resourceFlags & typeof placeFlags>
>;

/** What the flags of a command say about the session; flags a command does not have count as not given. */
export function sessionOptions(flags: Given): SessionOptions {
  const { config, product, version, snapshot, platform, variant, format, skip, only, jobs, memory } = flags;
  const outputDir = flags['output-dir'];
  return {
    cwd: process.cwd(),
    snapshot: snapshot === true,
    filters: { platforms: platform ?? [], variants: variant ?? [], formats: format ?? [] },
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

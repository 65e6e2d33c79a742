import type { z } from 'zod';
import type { JobBase } from './jobs.ts';
import type { OptionsKit } from './kit.ts';
import type { ArtifactFilter, ArtifactRef } from './model/artifact.ts';
import type { Finding } from './model/finding.ts';
import type { ExecOptions, ExecResult } from './program.ts';

/** What looks at finished artifacts beside the readers of their formats. */

export interface ValidatorJob<Options> extends JobBase<Options> {
  /** The artifact's path on this machine; its digest was checked. Nothing may be changed there. */
  readonly file: (artifact: ArtifactRef) => string;
  /** Runs a program without a shell; rejects with a DistError holding its last lines. */
  readonly exec: (argv: readonly [string, ...string[]], options?: ExecOptions) => Promise<ExecResult>;
}

export interface ValidatorDefinition<Options> {
  readonly options: (kit: OptionsKit) => z.ZodType<Options>;
  /** The artifacts its jobs have. Absent = all, with checksums and signatures. */
  readonly consumes?: ArtifactFilter;
  /** Lists what is wrong with the release. What it throws is an error among the findings. */
  readonly validate: (job: ValidatorJob<Options>) => Promise<readonly Finding[]>;
}

// biome-ignore lint/suspicious/noExplicitAny: definitions are contravariant in their options; a record of them has no common supertype but this
export type AnyValidator = ValidatorDefinition<any>;

/** Types a validator: the handler sees the options its schema parses to. */
export function defineValidator<Options>(validator: ValidatorDefinition<Options>): ValidatorDefinition<Options> {
  return validator;
}

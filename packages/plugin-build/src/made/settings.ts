import type { BuilderDefinition, BuildJob, ExecOptions, OptionsKit } from '@provisioning-dist/core';

/** What all builders that run programs take. */
export interface Settings {
  /** Templates. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Folder the program runs in, relative to the project; a template. */
  readonly dir?: string | undefined;
  /** Milliseconds, after which the program and all it started are ended. */
  readonly timeout: number;
  /** Compare the header of what was made with the platform. */
  readonly check: boolean;
  /** Take symbols and debug sections out of what was made. */
  readonly strip: boolean;
}

/** The host's zod, by the one way the contract names its types. */
type Schema<Value> = ReturnType<BuilderDefinition<Value>['options']>;

const LONGEST_BUILD = '1h';

export function settingsShape({ z, duration }: OptionsKit): {
  env: Schema<Record<string, string> | undefined>;
  dir: Schema<string | undefined>;
  timeout: Schema<number>;
  check: Schema<boolean>;
  strip: Schema<boolean>;
} {
  return {
    env: z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string()).optional(),
    dir: z.string().min(1).optional(),
    timeout: duration().prefault(LONGEST_BUILD),
    check: z.boolean().default(true),
    strip: z.boolean().default(false),
  };
}

/** The user's own variables win. */
export function execOptions(job: BuildJob<Settings>, cwd: string, env: Readonly<Record<string, string>> = {}): ExecOptions {
  const own = Object.entries(job.options.env ?? {}).map(([name, value]) => [name, job.template(value)] as const);
  return { cwd, timeout: job.options.timeout, env: { ...env, ...Object.fromEntries(own) } };
}

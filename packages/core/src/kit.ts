import type { z } from 'zod';

/** What plugins declare their options with. */

/** What option schemas are made from; the host's own zod, so plugins need none. */
export interface OptionsKit {
  readonly z: typeof z;
  /** `{ env } | { file } | { cmd }`; parsed to a `Secret`. */
  readonly secret: () => z.ZodType<Secret>;
  /** Milliseconds from `30s`, `5m`, `1h` or a number of seconds. */
  readonly duration: () => z.ZodType<number>;
  /** Bytes from `512KiB`, `2MiB`, `1GiB` or a number. */
  readonly bytes: () => z.ZodType<number>;
  /** A file or folder; parsed to an absolute path, from the folder of the configuration. A default goes in by `.prefault()`. */
  readonly path: () => z.ZodType<string>;
}

/** A reference to a secret. Printing, serialising or inspecting it gives `***`. */
export interface Secret {
  /** Where it comes from, for messages: `env GPG_KEY`. */
  readonly source: string;
  /** The value. Throws a DistError naming the source when it is missing. */
  readonly reveal: () => Promise<string>;
  readonly toJSON: () => '***';
}

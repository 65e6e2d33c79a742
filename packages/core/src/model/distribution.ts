import type { Entry } from './entry.ts';
import type { Platform } from './platform.ts';

/** The staged tree of one platform and variant. Virtual: entries say where their bytes are; sorted by the bytes of their paths, every parent directory present. */
export interface Distribution {
  /** `undefined` for the platform `any` (`arch: all` packages). */
  readonly platform: Platform | undefined;
  readonly variant: string | undefined;
  readonly entries: readonly Entry[];
}

import type { KeyDefinition } from '@provisioning-dist/core';
import { type SecretKeyOptions, secretKeyShape, withKeyFile } from '../secret-key.ts';

/** The user's own gpg, with the keys, agents and cards it knows. */
export interface GpgProgram {
  readonly program: string;
  /** Fingerprint, key id or address; absent = gpg's default key. */
  readonly keyId?: string | undefined;
  /** gpg's home folder. */
  readonly home?: string | undefined;
}

export interface GpgOptions extends SecretKeyOptions {
  readonly command?: GpgProgram | undefined;
  /** Text (`.asc`) instead of packets (`.sig`). */
  readonly armor: boolean;
  /** Used where the key's preferences allow it. */
  readonly digest: 'sha256' | 'sha512';
}

export const gpgOptions: KeyDefinition<GpgOptions>['options'] = (kit) => {
  const { z } = kit;
  const program = z.object({
    // gpg takes what begins with "-" for an option
    program: z.string().regex(/^[^-]/, 'it is empty or begins with "-"').default('gpg'),
    keyId: z.string().regex(/^[^-]/, 'it is empty or begins with "-"').optional(),
    home: kit.path().optional(),
  });
  return z
    .object({
      ...secretKeyShape(kit),
      command: z.union([z.boolean(), program]).optional().describe('Sign with the gpg of this machine: true, or program, keyId and home'),
      armor: z.boolean().default(true).describe('Signatures as text (.asc); false = binary (.sig)'),
      digest: z.enum(['sha256', 'sha512']).default('sha256').describe('Hash, where the preferences of the key allow it'),
    })
    .refine(({ key, keyFile, command }) => [key, keyFile, command || undefined].filter((each) => each !== undefined).length === 1, {
      message: 'one of "key", "keyFile" and "command" is needed',
    })
    .transform(({ command, ...options }) => withKeyFile({ ...options, command: programOf(command) }, kit));
};

function programOf(command: boolean | GpgProgram | undefined): GpgProgram | undefined {
  return command === true ? { program: 'gpg' } : command || undefined;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Keys and signatures that gpg 2.2, minisign 0.11, cosign 3.1 and openssl 3.0 have made; passphrases, where there are any: `correct horse`. */
export const PASSPHRASE = 'correct horse';

/** What the signatures are over. */
export const HELLO = 'hello\n';

export function fixturePath(name: string): string {
  return join(import.meta.dirname, 'fixtures', name);
}

export function fixture(name: string): string {
  return readFileSync(fixturePath(name), 'utf8');
}

export function fixtureBytes(name: string): Buffer {
  return readFileSync(fixturePath(name));
}

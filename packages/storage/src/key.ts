/** What keys may look like, for every driver. */

/** S3 takes keys of up to 1024 bytes; file systems take names of up to 255. */
const MAX_KEY = 1024;
const MAX_SEGMENT = 255;

/** Begins the names of what drivers keep for themselves: temporary files, locks, probes. */
export const RESERVED = '.~';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Throws TypeError for a key that is not a plain relative path; gives it back otherwise. */
export function checkKey(key: string): string {
  const problem = keyProblem(key);
  if (problem) throw new TypeError(`Cannot use key ${JSON.stringify(key)}: ${problem}`);
  return key;
}

/** The segments of a key that may name an object; throws TypeError for a name the drivers keep for themselves. */
export function checkObjectKey(key: string): readonly string[] {
  const segments = checkKey(key).split('/');
  if (segments.some((segment) => segment.startsWith(RESERVED)))
    throw new TypeError(`Cannot use key ${JSON.stringify(key)}: "${RESERVED}" begins the names of temporary files`);
  return segments;
}

/** Things of others in the same place may have names no key can have. */
export function isObjectKey(key: string): boolean {
  try {
    checkObjectKey(key);
    return true;
  } catch {
    return false;
  }
}

/** Throws TypeError for a prefix no key could have. The empty prefix, and one that ends in `/`, are fine. */
export function checkPrefix(prefix: string): string {
  const path = prefix.replace(/\/$/, '');
  if (path !== '' || prefix === '/') checkKey(path);
  return prefix;
}

function keyProblem(key: string): string | undefined {
  if (key === '') return 'it is empty';
  if (key.startsWith('/')) return 'it is absolute';
  if (key.includes('\\')) return 'it contains a backslash';
  if (CONTROL.test(key)) return 'it contains a control character';
  if (!key.isWellFormed()) return 'it is not well-formed Unicode';
  if (Buffer.byteLength(key) > MAX_KEY) return `it is longer than ${MAX_KEY} bytes`;
  return key.split('/').map(segmentProblem).find(Boolean);
}

function segmentProblem(segment: string): string | undefined {
  if (segment === '') return 'it has an empty segment';
  if (segment === '.' || segment === '..') return `it has a "${segment}" segment`;
  if (Buffer.byteLength(segment) > MAX_SEGMENT) return `it has a segment longer than ${MAX_SEGMENT} bytes`;
  return undefined;
}

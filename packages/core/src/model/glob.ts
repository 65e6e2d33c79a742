import picomatch from 'picomatch/posix.js';

export type PathTest = (path: string) => boolean;

/** The signs that make a text a pattern: `* ? [ {`, unless a backslash stands before them. */
const MAGIC = /(?<!\\)[*?[{]/;

/** What regular expressions or picomatch's own extensions would read into an ordinary name such as `app (x86)`. */
const LITERAL = /(?<!\\)[()|^$+!@]/g;

export function isGlob(pattern: string): boolean {
  return MAGIC.test(pattern);
}

/**
 * A test for `/`-separated paths: `*` and `?` stay within one part, `**` crosses parts, `[a-z]` and `{a,b}` as usual, a backslash takes the
 * meaning from the next sign. A leading dot needs no special mention, as nfpm has it.
 */
export function globTest(pattern: string): PathTest {
  const bare = pattern.replace(/^(?:\.\/+)+/, '').replace(/\/+$/, '');
  if (bare === '' || bare === '.') return () => true;
  return picomatch(bare.replace(LITERAL, '\\$&'), { dot: true, nonegate: true, noextglob: true });
}

/** Whether any of the patterns matches the path or a directory above it. */
export function treeTest(patterns: readonly string[]): PathTest {
  if (patterns.length === 0) return () => false;
  const tests = patterns.map(globTest);
  const matches = (path: string): boolean =>
    tests.some((test) => test(path)) || (path.includes('/') && matches(path.slice(0, path.lastIndexOf('/'))));
  return matches;
}

export interface SplitGlob {
  /** The parts before the first pattern, backslashes removed. */
  readonly base: string;
  readonly pattern: string;
}

export function splitGlob(glob: string): SplitGlob {
  const parts = glob.split('/');
  const first = parts.findIndex((part) => isGlob(part));
  return { base: unescapeGlob(parts.slice(0, first).join('/')), pattern: parts.slice(first).join('/') };
}

/** The path a text without magic means. */
export function unescapeGlob(text: string): string {
  return text.replace(/\\([*?[\]{}()\\])/g, '$1');
}

/** Whether anything below a directory can match: keeps walks out of trees the pattern cannot reach. */
export function descentTest(pattern: string): PathTest {
  // A brace over several parts (`{a/b,c}`) has no parts to compare one by one.
  if (/\{[^}]*\//.test(pattern)) return () => true;
  const parts = pattern.split('/');
  const endless = parts.findIndex((part) => part.includes('**'));
  const tests = parts.slice(0, endless === -1 ? parts.length - 1 : endless).map(globTest);
  return (path) => {
    const names = path.split('/');
    if (endless === -1 && names.length > tests.length) return false;
    return names.every((name, depth) => tests[depth]?.(name) ?? true);
  };
}

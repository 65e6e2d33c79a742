/** What rpm orders packages by. */
export interface Evr {
  readonly epoch: string;
  readonly version: string;
  readonly release: string;
}

/** Below 0 when the first one is older. */
export function compareEvr(one: Evr, other: Evr): number {
  return Number(one.epoch) - Number(other.epoch) || rpmvercmp(one.version, other.version) || rpmvercmp(one.release, other.release);
}

const SEPARATORS = /^[^A-Za-z0-9~^]+/;

/** rpmio/rpmvercmp.c of rpm 4.20: runs of digits and of letters in turn, separators dropped. */
export function rpmvercmp(one: string, other: string): number {
  let [a, b] = [one, other];
  for (;;) {
    [a, b] = [a.replace(SEPARATORS, ''), b.replace(SEPARATORS, '')];
    const special = compareSpecial(a, b);
    if (special === 'both') [a, b] = [a.slice(1), b.slice(1)];
    else if (special !== undefined) return special;
    else if (a === '' || b === '') return Math.sign(a.length - b.length);
    else {
      const [runA, runB] = runsOf(a, b);
      const order = compareRuns(runA, runB);
      if (order !== 0) return order;
      [a, b] = [a.slice(runA.length), b.slice(runB.length)];
    }
  }
}

/** "~" is older than the end, "^" newer than the end and older than everything else. */
function compareSpecial(a: string, b: string): number | 'both' | undefined {
  if (a[0] === '~' || b[0] === '~') return a[0] === b[0] ? 'both' : tildeOrder(a);
  if (a[0] !== '^' && b[0] !== '^') return undefined;
  if (a[0] === b[0]) return 'both';
  if (a[0] === '^') return b === '' ? 1 : -1;
  return a === '' ? -1 : 1;
}

function tildeOrder(a: string): number {
  return a[0] === '~' ? -1 : 1;
}

function runsOf(a: string, b: string): readonly [string, string] {
  const pattern = /^\d/.test(a) ? /^\d+/ : /^[A-Za-z]+/;
  return [pattern.exec(a)?.[0] ?? '', pattern.exec(b)?.[0] ?? ''];
}

/** Digits are newer than letters; a longer number is greater. */
function compareRuns(a: string, b: string): number {
  const isNumber = /^\d/.test(a);
  if (b === '') return isNumber ? 1 : -1;
  const [left, right] = isNumber ? [a.replace(/^0+/, ''), b.replace(/^0+/, '')] : [a, b];
  if (isNumber && left.length !== right.length) return Math.sign(left.length - right.length);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

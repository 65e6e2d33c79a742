/** deb-version(7), "Sorting algorithm", as dpkg compares: below 0 when the first one is older. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [split(one), split(other)];
  return a.epoch - b.epoch || compareParts(a.upstream, b.upstream) || compareParts(a.revision, b.revision);
}

function split(version: string): { readonly epoch: number; readonly upstream: string; readonly revision: string } {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  const epoch = colon < 0 ? 0 : Number(version.slice(0, colon));
  return dash < 0 ? { epoch, upstream: rest, revision: '' } : { epoch, upstream: rest.slice(0, dash), revision: rest.slice(dash + 1) };
}

/** Runs without and with digits in turn; the latter by value. */
function compareParts(one: string, other: string): number {
  for (let [a, b] = [one, other]; a !== '' || b !== ''; ) {
    const [textA, textB] = [leading(/^\D*/, a), leading(/^\D*/, b)];
    const byText = compareText(textA, textB);
    if (byText !== 0) return byText;
    [a, b] = [a.slice(textA.length), b.slice(textB.length)];
    const [digitsA, digitsB] = [leading(/^\d*/, a), leading(/^\d*/, b)];
    const byNumber = compareNumbers(digitsA.replace(/^0+/, ''), digitsB.replace(/^0+/, ''));
    if (byNumber !== 0) return byNumber;
    [a, b] = [a.slice(digitsA.length), b.slice(digitsB.length)];
  }
  return 0;
}

function leading(pattern: RegExp, text: string): string {
  return pattern.exec(text)?.[0] ?? '';
}

function compareText(a: string, b: string): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = rank(a[at]) - rank(b[at]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** "~" before the end, the end before letters, letters before everything else. */
function rank(char: string | undefined): number {
  if (char === undefined) return 0;
  if (char === '~') return -1;
  return char.charCodeAt(0) + (/[A-Za-z]/.test(char) ? 0 : 256);
}

function compareNumbers(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

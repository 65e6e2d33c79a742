const LF = 0x0a;
const CR = 0x0d;

/** Converts line ends: `crlf` puts a CR before each LF that has none, `lf` removes the CR of each CRLF. A lone CR stays. */
export function convertLineEnds(bytes: Uint8Array, eol: 'lf' | 'crlf'): Uint8Array {
  return eol === 'crlf' ? addCarriageReturns(bytes) : removeCarriageReturns(bytes);
}

function addCarriageReturns(bytes: Uint8Array): Uint8Array {
  const bare = lineFeeds(bytes).filter((at) => bytes[at - 1] !== CR);
  const out = new Uint8Array(bytes.length + bare.length);
  let from = 0;
  for (const [index, at] of bare.entries()) {
    out.set(bytes.subarray(from, at), from + index);
    out[at + index] = CR;
    from = at;
  }
  out.set(bytes.subarray(from), from + bare.length);
  return out;
}

function removeCarriageReturns(bytes: Uint8Array): Uint8Array {
  const after = lineFeeds(bytes).filter((at) => bytes[at - 1] === CR);
  const out = new Uint8Array(bytes.length - after.length);
  let from = 0;
  for (const [index, at] of after.entries()) {
    out.set(bytes.subarray(from, at - 1), from - index);
    from = at;
  }
  out.set(bytes.subarray(from), from - after.length);
  return out;
}

function lineFeeds(bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) found.push(at);
  return found;
}

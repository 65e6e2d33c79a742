/** Whether a text is JSON, and where it stops being so: V8's own parser says where for some errors only. */

const BLANK = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259 section 7 excludes them from strings
const STRING = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SIMPLE = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

type Expected = 'a value' | 'a value or ]' | 'a quoted key' | 'a quoted key or }' | ':' | ', or the closing bracket' | 'nothing more';

interface Scan {
  readonly text: string;
  offset: number;
  expected: Expected;
  /** Closing brackets of what is open. */
  readonly open: string[];
}

function skip(scan: Scan, pattern: RegExp): boolean {
  pattern.lastIndex = scan.offset;
  const found = pattern.exec(scan.text);
  if (found) scan.offset = pattern.lastIndex;
  return found !== null;
}

function take(scan: Scan, char: string): boolean {
  if (scan.text[scan.offset] !== char) return false;
  scan.offset++;
  return true;
}

/** After a value the surrounding list or map goes on, or the text is over. */
function afterValue(scan: Scan): true {
  scan.expected = scan.open.length === 0 ? 'nothing more' : ', or the closing bracket';
  return true;
}

function close(scan: Scan): boolean {
  const bracket = scan.open.at(-1);
  if (bracket === undefined || !take(scan, bracket)) return false;
  scan.open.pop();
  return afterValue(scan);
}

function open(scan: Scan, bracket: string, expected: Expected): true {
  scan.open.push(bracket);
  scan.expected = expected;
  return true;
}

function value(scan: Scan): boolean {
  if (take(scan, '{')) return open(scan, '}', 'a quoted key or }');
  if (take(scan, '[')) return open(scan, ']', 'a value or ]');
  return (skip(scan, STRING) || skip(scan, SIMPLE)) && afterValue(scan);
}

function then(scan: Scan, found: boolean, expected: Expected): boolean {
  if (found) scan.expected = expected;
  return found;
}

const STEPS: Readonly<Record<Expected, (scan: Scan) => boolean>> = {
  'a value': value,
  'a value or ]': (scan) => close(scan) || value(scan),
  'a quoted key': (scan) => then(scan, skip(scan, STRING), ':'),
  'a quoted key or }': (scan) => close(scan) || then(scan, skip(scan, STRING), ':'),
  ':': (scan) => then(scan, take(scan, ':'), 'a value'),
  ', or the closing bracket': (scan) => close(scan) || then(scan, take(scan, ','), scan.open.at(-1) === '}' ? 'a quoted key' : 'a value'),
  'nothing more': () => false,
};

/** The first thing that JSON (RFC 8259) does not allow; undefined for JSON. */
export function jsonProblem(text: string): { readonly offset: number; readonly state: string } | undefined {
  const scan: Scan = { text, offset: 0, expected: 'a value', open: [] };
  do skip(scan, BLANK);
  while (STEPS[scan.expected](scan));
  if (scan.expected === 'nothing more' && scan.offset === text.length) return undefined;
  const found = scan.offset === text.length ? 'the end' : JSON.stringify(text[scan.offset]);
  return { offset: scan.offset, state: `expected ${scan.expected}, found ${found}` };
}

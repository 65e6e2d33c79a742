/** As much of XML 1.0 as metadata of repositories is made of. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0, 2.2 has no place for
const ILLEGAL = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };
const ATTRIBUTE_ESCAPES: Readonly<Record<string, string>> = { ...ESCAPES, '"': '&quot;', '\n': '&#10;', '\t': '&#9;' };

export function escapeText(text: string): string {
  return text.replace(ILLEGAL, '').replace(/[&<>\r]/g, (char) => ESCAPES[char] ?? '');
}

export function escapeAttribute(text: string): string {
  return text.replace(ILLEGAL, '').replace(/[&<>\r"\n\t]/g, (char) => ATTRIBUTE_ESCAPES[char] ?? '');
}

/** ` name="value"` of each value that is there. */
export function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .map(([name, value]) => (value === undefined ? '' : ` ${name}="${escapeAttribute(String(value))}"`))
    .join('');
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(\w+));/g, (all, decimal, hex, name) => {
    if (name !== undefined) return NAMED[name] ?? all;
    const point = Number.parseInt(decimal ?? hex, decimal === undefined ? 16 : 10);
    return point > 0x10ffff ? all : String.fromCodePoint(point);
  });
}

export interface Element {
  readonly attributes: ReadonlyMap<string, string>;
  /** Of an element that holds nothing but text. */
  readonly text: string;
}

/** The first element of the name: no `<` stands raw in a value or text, so that what looks like one is one. */
export function firstElement(xml: string, name: string): Element | undefined {
  const found = new RegExp(`<${name}((?:\\s+[\\w:.-]+\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(?:/>|>([^<]*))`).exec(xml);
  if (!found) return undefined;
  const [, written = '', text = ''] = found;
  const pairs = [...written.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)];
  return { attributes: new Map(pairs.map(([, key = '', double, single]) => [key, unescaped(double ?? single ?? '')])), text: unescaped(text) };
}

/** The elements of one name directly below the root, as they are written; undefined for what is no such document. */
export function childrenOf(xml: string, root: string, name: string): readonly string[] | undefined {
  const start = new RegExp(`^\\ufeff?\\s*(?:<\\?xml[^>]*\\?>\\s*)?<${root}(?=[\\s>])[^>]*>`).exec(xml)?.[0];
  if (start === undefined || /<!/.test(xml)) return undefined;
  const children: string[] = [];
  const [open, close] = [`<${name}`, `</${name}>`];
  for (let at = start.length; ; ) {
    const next = xml.indexOf('<', at);
    if (next < 0 || xml.slice(at, next).trim() !== '') return undefined;
    if (xml.startsWith(`</${root}>`, next)) return xml.slice(next + root.length + 3).trim() === '' ? children : undefined;
    const end = xml.startsWith(open, next) && /[\s>]/.test(xml[next + open.length] ?? '') ? xml.indexOf(close, next) : -1;
    if (end < 0) return undefined;
    at = end + close.length;
    children.push(xml.slice(next, at));
  }
}

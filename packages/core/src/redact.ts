/** Keeps secrets out of everything that is printed, logged or stored. */

const MASK = '***';

/** Shorter values are ignored: masking every `ab` would shred the text and hide nothing. */
export const SHORTEST_SECRET = 4;
/** A line of a multi-line secret is masked alone from this length on; `-----` and `}` are not secrets. */
const SHORTEST_LINE = 8;

export interface RedactingStream {
  /** What of the text so far is safe to print. The end of a chunk that may begin a secret is held back. */
  readonly write: (chunk: string) => string;
  /** The rest. */
  readonly end: () => string;
}

export interface Redactor {
  /** Makes a value known, and of an address the parts that look like tokens. False when it is too short (under 4 characters) to be masked. */
  readonly add: (value: string) => boolean;
  /** The text with `***` for every known value, as it is, URL-encoded, in base64 or escaped in JSON. */
  readonly redact: (text: string) => string;
  /** The same over text that arrives in pieces cut anywhere. */
  readonly stream: () => RedactingStream;
}

/** `[start, end)` */
type Span = readonly [number, number];

/** The characters of base64 that do not change with what stands before (at this alignment) and after the value. */
function base64At(bytes: Buffer, alignment: number): string {
  const padded = Buffer.concat([Buffer.alloc(alignment), bytes]);
  const start = Math.ceil((alignment * 8) / 6);
  return padded.toString('base64').slice(start, Math.floor((padded.length * 8) / 6));
}

function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  const standard = [0, 1, 2].map((alignment) => base64At(bytes, alignment)).filter((form) => form.length >= SHORTEST_SECRET);
  return [...standard, ...wrapped(standard[0] ?? '')].flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** Lines of `openssl base64` and PEM, and of coreutils' `base64`: long values do not stand on one. */
const LINE_WIDTHS = [64, 76];

function wrapped(form: string): string[] {
  return LINE_WIDTHS.filter((width) => form.length > width).flatMap((width) => {
    const lines = form.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
    return lines.filter((line) => line.length >= SHORTEST_LINE);
  });
}

function urlForms(value: string): string[] {
  const encoded = encodeURIComponent(value.toWellFormed());
  // RFC 3986 section 2.3 lets encoders leave or encode these; WHATWG form encoding writes a space as +
  const strict = encoded.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = [encoded, strict, strict.replaceAll('%20', '+'), encodeURI(value.toWellFormed())];
  return [...forms, ...forms.map((form) => form.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()))];
}

function jsonForms(value: string): string[] {
  const escaped = JSON.stringify(value).slice(1, -1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all but ASCII, as writers of pure ASCII JSON do
  const ascii = escaped.replace(/[^\x00-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [escaped, ascii, escaped.replaceAll('/', '\\/'), JSON.stringify(escaped).slice(1, -1)];
}

function lineForms(value: string): string[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  if (lines.length === 1) return [];
  return [value.replace(/\r?\n/g, '\r\n'), value.replace(/\r\n/g, '\n'), ...lines.filter((line) => line.length >= SHORTEST_LINE)];
}

/** `acme-1.2.0`, `linux-amd64`: masking these would shred names and hide nothing. */
const WORDS = /^(?:[a-z]+|[a-z]{2,5}\d{1,3}|\d{1,4})(?:[-_.]+(?:[a-z]+|[a-z]{2,5}\d{1,3}|\d{1,4}))+$|^[a-z]+$/;

/** As tokens do, and names do not. */
function looksRandom(text: string): boolean {
  return !WORDS.test(text) && (text.length >= 16 || (text.length >= 8 && /\d/.test(text) && /[a-z]/i.test(text)));
}

/** What is secret of an address that is: others may write it apart from the rest, as Slack's `/services/T…/B…/…`. */
function urlParts(value: string): string[] {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(value.trim()) ? URL.parse(value.trim()) : null;
  if (!url) return [];
  const query = url.search
    .slice(1)
    .split('&')
    .map((pair) => pair.slice(pair.indexOf('=') + 1));
  const parts = [url.username, ...query, ...url.pathname.split('/'), ...url.hash.slice(1).split(/[/&=]/)].filter(looksRandom);
  return [url.password, ...parts].flatMap((part) => [part, decoded(part)]);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    return part;
  }
}

function formsOf(value: string): string[] {
  return [value, ...lineForms(value)].flatMap((form) => [form, ...urlForms(form), ...base64Forms(form), ...jsonForms(form)]);
}

/** Overlapping occurrences count too: of `aba` in `ababa` both are hidden. */
function addSpans(spans: Span[], text: string, pattern: string): void {
  for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + 1)) spans.push([at, at + pattern.length]);
}

function findSpans(text: string, patterns: Iterable<string>): Span[] {
  const spans: Span[] = [];
  for (const pattern of patterns) addSpans(spans, text, pattern);
  return mergeSpans(spans);
}

function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: [number, number][] = [];
  for (const [start, end] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && start < last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

function mask(text: string, spans: readonly Span[]): string {
  let masked = '';
  let position = 0;
  for (const [start, end] of spans) {
    masked += text.slice(position, start) + MASK;
    position = end;
  }
  return masked + text.slice(position);
}

/** Where the longest end of the text begins that may be the beginning of a pattern. */
function openEnd(text: string, patterns: Iterable<string>): number {
  let open = text.length;
  for (const pattern of patterns) {
    const from = Math.max(0, text.length - pattern.length + 1);
    for (let at = from; at < open; at++) if (pattern.startsWith(text.slice(at))) open = at;
  }
  return open;
}

function createStream(patterns: Iterable<string>): RedactingStream {
  let pending = '';
  /** Characters at the start of `pending` whose mask is already printed. */
  let covered = 0;

  function take(cut: number): string {
    const spans = mergeSpans([...(covered > 0 ? [[0, covered] as const] : []), ...findSpans(pending, patterns)]);
    const ready = spans.filter(([start]) => start < cut).map(([start, end]) => [start, Math.min(end, cut)] as const);
    const skip = covered > 0 && ready.length > 0 ? MASK.length : 0;
    const text = mask(pending.slice(0, cut), ready).slice(skip);
    const crossing = spans.find(([start, end]) => start < cut && end > cut);
    covered = crossing ? crossing[1] - cut : Math.max(0, covered - cut);
    pending = pending.slice(cut);
    return text;
  }

  return {
    write: (chunk) => {
      pending += chunk;
      return take(openEnd(pending, patterns));
    },
    end: () => take(pending.length),
  };
}

/** A redactor that knows nothing yet. Values added later are masked from then on, in open streams too. */
export function createRedactor(): Redactor {
  const patterns = new Set<string>();
  return {
    add: (value) => {
      if (value.trim().length < SHORTEST_SECRET) return false;
      for (const form of [value, ...urlParts(value)].flatMap(formsOf)) if (form.length >= SHORTEST_SECRET) patterns.add(form);
      return true;
    },
    redact: (text) => mask(text, findSpans(text, patterns)),
    stream: () => createStream(patterns),
  };
}

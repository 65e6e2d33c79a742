/** The file of a suite that says which indexes belong together (deb822, apt-secure(8)). */

export interface ListedFile {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

export interface ReleaseFacts {
  readonly origin: string;
  readonly label: string;
  readonly suite: string;
  readonly codename: string;
  readonly description?: string | undefined;
  /** Seconds since 1970. */
  readonly date: number;
  readonly validUntil?: number | undefined;
  readonly architectures: readonly string[];
  readonly components: readonly string[];
  /** By their paths below the suite. */
  readonly files: ReadonlyMap<string, ListedFile>;
}

export function printRelease(facts: ReleaseFacts): string {
  const { origin, label, suite, codename, description, date, validUntil, architectures, components, files } = facts;
  const lines = [
    `Origin: ${origin}`,
    `Label: ${label}`,
    `Suite: ${suite}`,
    `Codename: ${codename}`,
    `Date: ${printDate(date)}`,
    ...(validUntil === undefined ? [] : [`Valid-Until: ${printDate(validUntil)}`]),
    'Acquire-By-Hash: yes',
    `Architectures: ${architectures.join(' ')}`,
    `Components: ${components.join(' ')}`,
    ...(description === undefined ? [] : [`Description: ${description}`]),
    'SHA256:',
    ...[...files].map(([path, { sha256, size }]) => ` ${sha256} ${size} ${path}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** RFC 2822, as apt wants it: the zone spelled UTC. */
function printDate(seconds: number): string {
  return new Date(seconds * 1000).toUTCString().replace('GMT', 'UTC');
}

export interface ParsedRelease {
  readonly fields: ReadonlyMap<string, string>;
  /** Seconds since 1970. */
  readonly date: number;
  readonly files: ReadonlyMap<string, ListedFile>;
}

/** Undefined for what is none. */
export function parseRelease(text: string): ParsedRelease | undefined {
  const fields = new Map<string, string>();
  const files = new Map<string, ListedFile>();
  let section = '';
  for (const line of text.split('\n')) {
    const [, field, value = ''] = /^([A-Za-z0-9-]+): ?(.*)$/.exec(line) ?? [];
    section = field ?? section;
    if (field !== undefined) fields.set(field, value.trim());
    const [, sha256, size, path] = /^ ([0-9a-f]{64}) +(\d+) (\S+)$/.exec(line) ?? [];
    if (section === 'SHA256' && sha256 !== undefined && path !== undefined) files.set(path, { sha256, size: Number(size) });
  }
  const date = Date.parse(fields.get('Date') ?? '') / 1000;
  return Number.isSafeInteger(date) ? { fields, date, files } : undefined;
}

/** RFC 9580 7: the text inside of a clear signature; undefined where there is none. */
export function textInClear(signed: string): string | undefined {
  const [, text] = /^-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Za-z]+: .*\n)*\n([\s\S]*?\n)-----BEGIN PGP SIGNATURE-----\n/.exec(signed) ?? [];
  return text?.replace(/^- /gm, '');
}

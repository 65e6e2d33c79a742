import type { Entry, Finding, ReadSource, Release, ValidateJob } from '@provisioning-dist/core';
import { installedPath } from '../../common/place.ts';
import { plainOf } from '../../common/streams.ts';
import type { DebOptions } from '../options.ts';
import { mentions } from '../relations.ts';
import { readAr } from './ar.ts';
import { error, findingOf } from './findings.ts';
import { listTar } from './listed.ts';
import { parseStanza } from './stanza.ts';

/** Packages of one release that dpkg refuses to install beside each other, though neither says so. */

interface Claim {
  readonly package: string;
  readonly architecture: string;
  /** Packages whose files it takes over, or that cannot be beside it. */
  readonly yields: string;
  readonly paths: ReadonlySet<string>;
}

/** Bytes; policy knows no larger control file by far. */
const CONTROL_MAX = 4 * 1024 * 1024;

/** For a run: what it is shown is compared with what it was shown before. */
export function claimFindings(): (job: ValidateJob<unknown>) => Promise<readonly Finding[]> {
  const shown = new WeakMap<Release, readonly Claim[]>();
  return async ({ release, artifact, source, distribution, view }) => {
    const claim = distribution && view && (await claimOf(source, distribution.entries, view.options as DebOptions));
    if (claim === undefined) return [];
    const others = shown.get(release) ?? [];
    shown.set(release, [...others, claim]);
    return others.flatMap((other) => clashOf(claim, other)).map((problem) => findingOf(artifact.name, problem));
  };
}

/** Undefined for what is no deb: its reader says so. */
async function claimOf(source: ReadSource, entries: readonly Entry[], { prefix, paths }: DebOptions): Promise<Claim | undefined> {
  const fields = await fieldsOf(source).catch(() => undefined);
  const own = fields?.get('package');
  if (fields === undefined || own === undefined) return undefined;
  const rules = { package: own, prefix, paths };
  return {
    package: own,
    architecture: fields.get('architecture') ?? '',
    yields: [fields.get('replaces') ?? '', fields.get('conflicts') ?? ''].join(','),
    paths: new Set(entries.flatMap((entry) => (entry.type === 'directory' ? [] : [installedPath(entry, rules)]))),
  };
}

async function fieldsOf(source: ReadSource): Promise<ReadonlyMap<string, string> | undefined> {
  const member = readAr(source).members.find(({ name }) => name.startsWith('control.tar'));
  if (member === undefined) return undefined;
  const { entries } = await listTar(plainOf(source, member), () => CONTROL_MAX);
  const bytes = entries.find(({ path }) => path === 'control')?.bytes;
  return bytes && parseStanza(bytes.toString('utf8')).fields;
}

function clashOf(one: Claim, other: Claim) {
  const together = one.architecture === other.architecture || [one.architecture, other.architecture].includes('all');
  const settled = one.package === other.package || mentions(one.yields, other.package) || mentions(other.yields, one.package);
  if (!together || settled) return [];
  const both = [...one.paths].filter((path) => other.paths.has(path));
  const [first] = both;
  if (first === undefined) return [];
  const [a, b] = [one.package, other.package].toSorted();
  const rest = both.length === 1 ? '' : `, as are ${both.length - 1} more`;
  return [
    error(
      'path-claimed',
      `It is in "${a}" and in "${b}"${rest}: dpkg installs one of them only, until one replaces or conflicts with the other`,
      first,
    ),
  ];
}

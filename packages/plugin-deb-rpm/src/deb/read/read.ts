import type { Distribution, Finding, ReadSource, ReadView } from '@provisioning-dist/core';
import { installedPath } from '../../common/place.ts';
import { serviceEntries } from '../../common/services.ts';
import { plainOf, streamProblems } from '../../common/streams.ts';
import type { DebOptions } from '../options.ts';
import { type ArMember, memberProblems, readAr } from './ar.ts';
import { compareTrees } from './compare.ts';
import { controlFileProblems } from './control-files.ts';
import { dataProblems, foundSize, tarProblems } from './data-files.ts';
import { fieldProblems } from './fields.ts';
import { error, findingOf, type Problem } from './findings.ts';
import { type Listing, listTar } from './listed.ts';
import { programProblems } from './programs.ts';
import { parseStanza, type Stanza } from './stanza.ts';

/** What is known of the deb beside its bytes. */
interface Reading {
  readonly source: ReadSource;
  readonly name: string;
  readonly distribution: Distribution | undefined;
  readonly view: ReadView<DebOptions> | undefined;
}

/** Files of control.tar that are looked into: md5sums has a line for every file. */
const CONTROL_MAX = 64 * 1024 * 1024;
/** Compressed man pages that are compared with those they were made of. */
const PAGE_MAX = 1024 * 1024;

/** Everything that is wrong with a deb, against the distribution it was made from when that is known. */
export async function readDeb(source: ReadSource, distribution?: Distribution, view?: ReadView<DebOptions>): Promise<readonly Finding[]> {
  const name = source.path.split(/[\\/]/).at(-1) ?? source.path;
  const problems = await problemsOf({ source, name, distribution, view });
  return problems.map((problem) => findingOf(name, problem));
}

async function problemsOf(reading: Reading): Promise<readonly Problem[]> {
  const { source, view } = reading;
  const archive = readAr(source);
  const problems = [
    ...archive.problems,
    ...memberProblems(archive, view?.date),
    ...versionProblems(source, archive.members[0]),
    ...archive.members.flatMap((member) => signatureProblems(source, member)),
  ];
  const control = archive.members.find(({ name }) => name.startsWith('control.tar'));
  const data = archive.members.find(({ name }) => name.startsWith('data.tar'));
  if (control === undefined || data === undefined) return problems;
  problems.push(...[control, data].flatMap((member) => streamProblems(source, member)).map((each) => ({ ...each, code: `deb-${each.code}` })));
  try {
    const controlTar = await listTar(plainOf(source, control), () => CONTROL_MAX);
    const dataTar = await listTar(plainOf(source, data), (path) => (path.endsWith('.gz') ? PAGE_MAX : -1));
    return [
      ...problems,
      ...tarProblems(control.name, controlTar, view?.date),
      ...tarProblems(data.name, dataTar, view?.date),
      ...inside(reading, controlTar, dataTar),
    ];
  } catch (cause) {
    return [...problems, error('unreadable', cause instanceof Error ? cause.message : String(cause))];
  }
}

/** RFC 9580, 4.2: a signature packet (tag 2) in either form of header; debsig-verify takes no armour. */
function signatureProblems(source: ReadSource, { name, position, size }: ArMember): readonly Problem[] {
  if (!/^_gpg/.test(name)) return [];
  const [first = 0] = size === 0 ? [] : source.read(position, 1);
  return first === 0xc2 || (first & 0xfc) === 0x88 ? [] : [error('signature', `${name} is no binary OpenPGP signature`)];
}

function versionProblems(source: ReadSource, first: ArMember | undefined): readonly Problem[] {
  if (first === undefined) return [];
  const text = Buffer.from(source.read(first.position, Math.min(first.size, 16))).toString('latin1');
  return text === '2.0\n' ? [] : [error('format-version', `debian-binary holds ${JSON.stringify(text)}, not "2.0" and a line feed`)];
}

function inside({ name: fileName, distribution, view }: Reading, { entries: control }: Listing, { entries: data }: Listing): readonly Problem[] {
  const file = control.find(({ path, type }) => path === 'control' && type === 'file');
  if (file?.bytes === undefined) return [error('control', 'There is no control file')];
  const { fields, problems }: Stanza = parseStanza(file.bytes.toString('utf8'));
  const own = fields.get('package') ?? '';
  const depends = [fields.get('depends'), fields.get('pre-depends')].filter(Boolean).join(', ');
  const rules = { package: own, prefix: view?.options.prefix ?? 'usr', paths: view?.options.paths ?? {} };
  return [
    ...problems,
    ...fieldProblems({ fields, fileName, installedSize: { data: foundSize(data), control: foundSize(control) } }),
    ...controlFileProblems({ control, data }),
    ...dataProblems(data, { package: own, date: view?.date }),
    ...programProblems(data, { architecture: fields.get('architecture') ?? '', depends }),
    ...(distribution
      ? compareTrees(data, { distribution, services: serviceEntries(view ?? {}, (entry) => installedPath(entry, rules)) }, rules)
      : []),
  ];
}

import { TRIGGERS } from '../triggers.ts';
import { error, octal, type Problem, warning } from './findings.ts';
import type { Listed } from './listed.ts';

/** The files of control.tar beside `control`. */

const SCRIPTS = ['preinst', 'postinst', 'prerm', 'postrm', 'config'];
const DIRECTIVES = new Set(Object.values(TRIGGERS));

export interface ControlFiles {
  readonly control: readonly Listed[];
  readonly data: readonly Listed[];
}

export function controlFileProblems({ control, data }: ControlFiles): readonly Problem[] {
  const text = (name: string): string | undefined => control.find(({ path }) => path === name)?.bytes?.toString('utf8');
  const conffiles = conffileLines(text('conffiles'));
  return [
    ...control.flatMap(memberProblems),
    ...SCRIPTS.flatMap((name) => scriptProblems(name, text(name))),
    ...conffileProblems(text('conffiles'), data),
    ...digestProblems(text('md5sums'), data, new Set(conffiles)),
    ...triggerProblems(text('triggers')),
  ];
}

function memberProblems({ path, type, mode }: Listed): readonly Problem[] {
  if (path === '' && type === 'directory') return [];
  if (type !== 'file' || path.includes('/'))
    return [error('control-member', `control.tar holds "${path}", which is no file at its top: dpkg stops there`)];
  const expected = SCRIPTS.includes(path) ? 0o755 : 0o644;
  return mode === expected ? [] : [warning('control-member', `The mode of ${path} is ${octal(mode)}, not ${octal(expected)}`)];
}

function scriptProblems(name: string, text: string | undefined): readonly Problem[] {
  if (text === undefined) return [];
  const [first = ''] = text.split('\n');
  return [
    ...(/^#! ?\/\S/.test(first) ? [] : [error('script', `${name} does not begin with "#!" and an absolute path`)]),
    ...(text.includes('\r') ? [error('script', `${name} has Windows line ends: it cannot be run`)] : []),
    ...(/sh(?: |$)/.test(first) && !/^#!.* -[a-z]*e|^\s*set -[a-z]*e|^\s*set -o errexit/m.test(text)
      ? [warning('script', `${name} goes on after an error: it has no "set -e"`)]
      : []),
  ];
}

/** Absolute paths of conffiles, those to be removed left out. */
export function conffileLines(text: string | undefined): readonly string[] {
  return (text ?? '').split('\n').filter((line) => line.startsWith('/'));
}

function conffileProblems(text: string | undefined, data: readonly Listed[]): readonly Problem[] {
  const marked = conffileLines(text);
  const files = new Set(data.filter(({ type }) => type === 'file').map(({ path }) => `/${path}`));
  const strange = (text ?? '').split('\n').filter((line) => line !== '' && !/^(?:remove-on-upgrade )?\/.*\S$/.test(line));
  return [
    ...(text === undefined || text.endsWith('\n') ? [] : [error('conffile', 'conffiles does not end with a line feed: dpkg stops there')]),
    ...strange.map((line) => error('conffile', `conffiles holds the line ${JSON.stringify(line)}`)),
    ...marked.filter((path) => !files.has(path)).map((path) => error('conffile', 'It is a conffile, but the package holds no such file', path)),
    ...[...files]
      .filter((path) => path.startsWith('/etc/') && !marked.includes(path))
      .map((path) => error('conffile', 'It is in /etc and no conffile: an upgrade overwrites what users changed', path)),
  ];
}

function digestProblems(text: string | undefined, data: readonly Listed[], conffiles: ReadonlySet<string>): readonly Problem[] {
  const files = new Map(data.filter(({ type }) => type === 'file').map((entry) => [entry.path, entry]));
  if (text === undefined) return files.size > conffiles.size ? [warning('md5sums', 'There are no md5sums')] : [];
  const lines = text.split('\n').filter((line) => line !== '');
  const listed = new Map(lines.map((line) => [line.slice(34), line.slice(0, 32)]));
  return [
    ...lines.filter((line) => !/^[0-9a-f]{32} {2}[^/.]/.test(line)).map((line) => error('md5sums', `md5sums holds the line ${JSON.stringify(line)}`)),
    ...[...listed]
      .filter(([path, md5]) => files.get(path)?.md5 !== md5)
      .map(([path]) => error('md5sums', 'Its digest in md5sums is another, or it is not there', path)),
    ...[...files.keys()]
      .filter((path) => !listed.has(path) && !conffiles.has(`/${path}`))
      .map((path) => warning('md5sums', 'It is not listed in md5sums', path)),
  ];
}

function triggerProblems(text: string | undefined): readonly Problem[] {
  const lines = (text ?? '')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  const known = (line: string): boolean => DIRECTIVES.has(line.split(/\s+/)[0] ?? '') && line.split(/\s+/).length === 2;
  return lines.filter((line) => !known(line)).map((line) => error('trigger', `triggers holds the line ${JSON.stringify(line)}: dpkg stops there`));
}

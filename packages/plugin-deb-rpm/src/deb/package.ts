import type { FormatJob, ServicePlace } from '@provisioning-dist/core';
import type { Member } from '@provisioning-dist/payload';
import { type MixedContent, madeSources, mixedContent } from '../common/generated.ts';
import { installedPath } from '../common/place.ts';
import { enabling, serviceEntries } from '../common/services.ts';
import { type Unit, unitsOf } from '../common/units.ts';
import { SYSUSERS_DEPENDS, settingUp, sysusersOf } from './accounts.ts';
import { conffilesFile, conffilesOf } from './conffiles.ts';
import { controlFile } from './control.ts';
import { DEBCONF_DEPENDS, DEBCONF_PURGE } from './debconf.ts';
import { withDocuments } from './documents.ts';
import { linkedDepends } from './libraries.ts';
import { architecture, packageNames } from './names.ts';
import type { DebOptions } from './options.ts';
import { mentions } from './relations.ts';
import { joinScript, type ScriptName, type Snippets } from './script-text.ts';
import { systemdSnippets } from './systemd.ts';
import { completeTree, installedSize, placeEntries } from './tree.ts';
import { triggersFile } from './triggers.ts';
import { debVersion } from './version.ts';

/** What a deb holds, before anything is written. */
export interface DebContents {
  readonly content: MixedContent;
  /** Members of data.tar. */
  readonly data: readonly Member[];
  /** Members of control.tar. */
  readonly control: readonly Member[];
}

const SCRIPTS: readonly ScriptName[] = ['config', 'postinst', 'postrm', 'preinst', 'prerm'];
const NOTHING: Snippets = { before: '', after: '' };

export function debContents(job: FormatJob<DebOptions>): DebContents {
  const { release, options, cell, date } = job;
  const names = packageNames(cell);
  const facts = { release, options, names, version: debVersion(release.version, options), date };
  const rules = { package: names.own, prefix: options.prefix, paths: options.paths };
  const place: ServicePlace = (entry) => installedPath(entry, rules);
  const services = serviceEntries(job, place).map((member) => ({ member, from: member.path, made: true }));
  const placed = [...withDocuments(placeEntries(job.entries, rules), facts, job.content), ...services];
  const content = mixedContent(job.content, madeSources(placed));
  const data = completeTree(placed);
  const control = controlFile({
    ...facts,
    architecture: architecture(cell),
    installedSize: installedSize(data),
    depends: madeDepends(data, content, options),
  });
  const files: readonly (readonly [name: string, text: string | undefined, mode: number])[] = [
    ['conffiles', conffilesFile(data, options), 0o644],
    ['control', control, 0o644],
    ['md5sums', md5sums(data, content, options), 0o644],
    ['templates', options.templates, 0o644],
    [
      'triggers',
      triggersFile(
        options.triggers,
        data.map(({ path }) => path),
      ),
      0o644,
    ],
    ...scripts(data, unitsOf(data, content.content, enabling(job, place)), options),
  ];
  return { content, data, control: controlMembers(files) };
}

/** What scripts made here call, and what programs are linked with. */
function madeDepends(data: readonly Member[], { content }: MixedContent, { templates, autoDepends, depends }: DebOptions): readonly string[] {
  const linked = autoDepends ? linkedDepends(data, content) : [];
  return [
    ...linked.filter((relation) => !mentions(depends.join(','), relation)),
    ...(sysusersOf(data).length > 0 ? [SYSUSERS_DEPENDS] : []),
    ...(templates === undefined ? [] : [DEBCONF_DEPENDS]),
  ];
}

function scripts(data: readonly Member[], units: readonly Unit[], options: DebOptions): readonly (readonly [string, string | undefined, number])[] {
  const systemd = systemdSnippets(units, options.systemd);
  return SCRIPTS.map((name) => {
    const { before, after } = systemd[name] ?? NOTHING;
    const first = firstOf(name, data, options);
    return [name, joinScript(name, options.scripts[name], { before: first + before, after }), 0o755];
  });
}

/** What comes before everything else of a script. */
function firstOf(name: ScriptName, data: readonly Member[], { capabilities, templates }: DebOptions): string {
  if (name === 'postinst') return settingUp(data, capabilities);
  return name === 'postrm' && templates !== undefined ? DEBCONF_PURGE : '';
}

/** Conffiles are left out: dpkg keeps their digests itself. */
function md5sums(data: readonly Member[], content: MixedContent, options: DebOptions): string {
  const conffiles = new Set(conffilesOf(data, options));
  return data
    .flatMap((member) => (member.type === 'file' && !conffiles.has(`/${member.path}`) ? [`${content.md5(member.source)}  ${member.path}\n`] : []))
    .join('');
}

function controlMembers(files: readonly (readonly [string, string | undefined, number])[]): readonly Member[] {
  const members = files
    .filter(([, text]) => text)
    .map(([path, text = '', mode]): Member => {
      const bytes = Buffer.from(text);
      return { type: 'file', path, mode, size: bytes.length, source: { bytes } };
    });
  return [{ type: 'directory', path: '', mode: 0o755 }, ...members.toSorted((a, b) => (a.path < b.path ? -1 : 1))];
}

import type { FormatJob, ServicePlace } from '@provisioning-dist/core';
import type { CpioOptions, Member } from '@provisioning-dist/payload';
import { type MixedContent, madeSources, mixedContent } from '../common/generated.ts';
import { withCompressedPages } from '../common/pages.ts';
import { enabling, serviceEntries } from '../common/services.ts';
import { unitsOf } from '../common/units.ts';
import { accountsSnippet, linkerCache, temporaryFiles } from './accounts.ts';
import { type ChangelogEntry, changelogFields, noonOf, parseChangelog } from './changelog.ts';
import { FEATURE, LEVELS } from './codec.ts';
import { type Dependency, dependency, dependencyFields, equalTo, type RpmFeature, relationFeatures, rpmlib } from './dependencies.ts';
import { type ElfFacts, elfFacts } from './elf-facts.ts';
import { fileFields, filesOf, hasLarge, isGhost, type RpmFile } from './files.ts';
import { type EncodedHeader, encodeHeader, type Field, int32, localText, text, texts } from './header.ts';
import { architecture, packageNames } from './names.ts';
import type { RpmOptions } from './options.ts';
import { installedPath, placeEntries, withoutTwins } from './place.ts';
import { interpreterNeeds, joinScript, SCRIPT_NAMES, SCRIPTS, type Script, type ScriptName, type Snippets, scriptFields } from './script-text.ts';
import { systemdSnippets } from './systemd.ts';
import { FILE_FLAG, SENSE, SHA256_ALGORITHM, TAG } from './tags.ts';
import { descriptionOf, summaryOf } from './texts.ts';
import { triggersOf } from './triggers.ts';
import { epochVersionRelease, upstreamVersion, versionRelease } from './version.ts';

/** What an rpm is, before anything is written. */
export interface RpmContents {
  readonly nameVersionRelease: string;
  readonly arch: string;
  readonly content: MixedContent;
  /** Members of the payload. */
  readonly members: readonly Member[];
  /** Where each of them is in the list of files, which has ghosts too. */
  readonly numbers: readonly number[];
  readonly form: CpioOptions['form'];
  /** Complete but for the digests of the payload. */
  readonly header: EncodedHeader;
}

/** Stands for a digest that is not known yet. */
const NO_DIGEST = '0'.repeat(64);
/** Packages are the same on whatever machine they are made. */
const BUILD_HOST = 'localhost';
/** What our headers are like. */
const RPM_VERSION = '4.18.0';
const NOTHING: Snippets = { before: '', after: '' };

interface Facts {
  readonly job: FormatJob<RpmOptions>;
  readonly names: ReturnType<typeof packageNames>;
  readonly arch: string;
  /** With epoch, as relations have it. */
  readonly evr: string;
  readonly files: readonly RpmFile[];
  readonly content: MixedContent;
  readonly elf: ElfFacts;
  readonly place: ServicePlace;
}

export function rpmContents(job: FormatJob<RpmOptions>): RpmContents {
  const { release, options, cell } = job;
  const names = packageNames(cell);
  const rules = { package: names.own, prefix: options.prefix, paths: options.paths };
  const place: ServicePlace = (entry) => installedPath(entry, rules);
  const services = serviceEntries(job, place).map((member) => ({
    member,
    role: member.role,
    from: member.path,
    made: true,
  }));
  const placed = withoutTwins([...withCompressedPages(placeEntries(job.entries, rules), job.content), ...services]);
  const files = filesOf(placed, options);
  const content = mixedContent(job.content, madeSources(placed));
  const [arch, evr] = [architecture(cell), epochVersionRelease(release.version, options)];
  const members = files.filter((file) => !isGhost(file)).map(({ member }) => member);
  const elf = elfFacts(members, content.content);
  return {
    nameVersionRelease: `${names.own}-${versionRelease(release.version, options)}`,
    arch,
    content,
    members,
    numbers: files.flatMap((file, index) => (isGhost(file) ? [] : [index])),
    form: hasLarge(files) ? 'stripped' : 'newc',
    header: encodeHeader(TAG.region, mainFields({ job, names, arch, evr, files, content, elf, place })),
  };
}

function mainFields(facts: Facts): readonly Field[] {
  const { job, evr, files, content, elf } = facts;
  const scripts = scriptsOf(facts);
  const triggers = triggersOf(job.options.triggers, job.options.fileTriggers, evr);
  const needs = [...scripts.flatMap(([name, script]) => interpreterNeeds(script, SCRIPTS[name].sense)), ...triggers.needs];
  return [
    ...identityFields(facts),
    ...fileFields(files, { date: job.date, sha256: (member) => sha256Of(content, member), color: elf.color }),
    ...relationFields(facts, needs),
    ...scripts.flatMap(([name, script]) => scriptFields(name, script)),
    ...triggers.fields,
    ...changelogFields(changelogOf(facts)),
    ...payloadFields(job.options),
  ];
}

function sha256Of({ content }: MixedContent, { source }: Member & { readonly type: 'file' }): string {
  const { sha256 } = content.facts(source).digests;
  if (sha256 === undefined) throw new RangeError('Cannot list digests: the sha256 of a file was not prepared');
  return sha256;
}

function identityFields({ job: { release, options, date }, names, arch }: Facts): readonly Field[] {
  const optional = (tag: number, value: string | undefined): readonly Field[] => (value === undefined ? [] : [text(tag, oneLine(value))]);
  return [
    texts(TAG.i18nTable, ['C']),
    text(TAG.name, names.own),
    text(TAG.version, upstreamVersion(release.version, options)),
    text(TAG.release, options.revision),
    ...(options.epoch ? [int32(TAG.epoch, options.epoch)] : []),
    localText(TAG.summary, summaryOf(options, release, names.bare)),
    localText(TAG.description, descriptionOf(options, release, names.bare)),
    localText(TAG.group, options.group),
    int32(TAG.buildTime, date),
    text(TAG.buildHost, BUILD_HOST),
    ...optional(TAG.license, options.license ?? release.license),
    ...optional(TAG.vendor, options.vendor ?? release.vendor),
    ...optional(TAG.packager, options.packager ?? release.maintainer),
    ...optional(TAG.url, options.homepage ?? release.homepage),
    text(TAG.os, 'linux'),
    text(TAG.arch, arch),
    text(TAG.sourceRpm, `${names.bare}-${versionRelease(release.version, options)}.src.rpm`),
    text(TAG.rpmVersion, RPM_VERSION),
    text(TAG.encoding, 'utf-8'),
    ...(options.prefixes.length === 0 ? [] : [texts(TAG.prefixes, options.prefixes)]),
  ];
}

function oneLine(value: string): string {
  return value.trim().replaceAll(/\s+/g, ' ');
}

/** `(x86-64)`: what a package of the same architecture asks for (rpm's %{_isa}). */
const ISA: Readonly<Record<string, string>> = {
  x86_64: '(x86-64)',
  aarch64: '(aarch-64)',
  i686: '(x86-32)',
  armv7hl: '(armv7hl-32)',
  armv6hl: '(armv6hl-32)',
  riscv64: '(riscv-64)',
  ppc64le: '(ppc-64)',
  s390x: '(s390-64)',
  loongarch64: '(loongarch-64)',
};

function relationFields(facts: Facts, needs: readonly Dependency[]): readonly Field[] {
  const { names, arch, evr, files, elf } = facts;
  const { options } = facts.job;
  const rows = (relations: readonly string[]): readonly Dependency[] => relations.map((one) => dependency(one, evr));
  const isa = ISA[arch];
  const linked = options.autoRequires ? elf.libraries() : { requires: [], provides: [] };
  const config = files.some(({ flags }) => (flags & FILE_FLAG.config) !== 0 && (flags & FILE_FLAG.ghost) === 0);
  const configuration = config ? [equalTo(`config(${names.own})`, evr, SENSE.config)] : [];
  const owned = names.own === names.bare ? [names.own] : [names.own, names.bare];
  const provides = [
    ...owned.flatMap((name) => [equalTo(name, evr), ...(isa === undefined ? [] : [equalTo(`${name}${isa}`, evr)])]),
    ...configuration,
    ...linked.provides,
    ...rows(options.provides),
  ];
  const scriptRequires = SCRIPT_NAMES.flatMap((name) => (options.scriptRequires[name] ?? []).map((one) => dependency(one, evr, SCRIPTS[name].sense)));
  const others = {
    conflicts: [...rows(options.conflicts), ...names.siblings.map((name) => dependency(name, evr))],
    obsoletes: rows(options.obsoletes),
    recommends: rows(options.recommends),
    suggests: rows(options.suggests),
    supplements: rows(options.supplements),
    enhances: rows(options.enhances),
    order: rows(options.order),
  } as const;
  const requires = [...rows(options.requires), ...scriptRequires, ...configuration, ...linked.requires, ...needs];
  const features = [...fileFeatures(facts), ...relationFeatures([...provides, ...requires, ...Object.values(others).flat()])];
  return [
    ...dependencyFields('provides', provides),
    ...dependencyFields('requires', [...requires, ...features.map(rpmlib)]),
    ...Object.entries(others).flatMap(([kind, list]) => dependencyFields(kind as keyof typeof others, list)),
  ];
}

function fileFeatures({ files, job: { options } }: Facts): readonly RpmFeature[] {
  const coding = FEATURE[options.codec];
  const capable = files.some(({ capabilities }) => capabilities !== '');
  return [
    ...(files.length === 0 ? [] : (['CompressedFileNames', 'FileDigests', 'PayloadFilesHavePrefix'] as const)),
    ...(coding === undefined ? [] : [coding]),
    ...(hasLarge(files) ? (['LargeFiles'] as const) : []),
    ...(capable ? (['FileCaps'] as const) : []),
  ];
}

function scriptsOf({ job, names, files, content: { content }, place }: Facts): readonly (readonly [ScriptName, Script])[] {
  const { options } = job;
  const members = files.filter((file) => !isGhost(file)).map(({ member }) => member);
  const systemd = systemdSnippets(unitsOf(members, content, enabling(job, place)), options.systemd, names.siblings);
  const cache = linkerCache(members);
  const first: Partial<Record<ScriptName, string>> = {
    pre: accountsSnippet(members, content),
    post: `${cache}${temporaryFiles(members)}`,
    postun: cache,
  };
  return SCRIPT_NAMES.flatMap((name) => {
    const { before, after } = systemd[name] ?? NOTHING;
    const script = joinScript(name, options.scripts[name], { before: (first[name] ?? '') + before, after });
    return script === undefined ? [] : [[name, script] as const];
  });
}

function changelogOf({ job: { release, options, date }, evr }: Facts): readonly ChangelogEntry[] {
  if (options.changelog === false) return [];
  if (options.changelog !== undefined) return parseChangelog(options.changelog) ?? [];
  const author = options.packager ?? release.maintainer ?? options.vendor ?? release.vendor ?? `The authors of ${release.name}`;
  return [{ time: noonOf(date), name: `${oneLine(author)} - ${evr}`, text: `- Release ${release.version}.` }];
}

function payloadFields({ codec, level, payloadDigestAlt }: RpmOptions): readonly Field[] {
  const usual = LEVELS[codec]?.usual;
  return [
    text(TAG.payloadFormat, 'cpio'),
    // Absent, rpm takes what is compressed by nothing as it is.
    ...(usual === undefined ? [] : [text(TAG.payloadCompressor, codec), text(TAG.payloadFlags, String(level ?? usual))]),
    texts(TAG.payloadDigest, [NO_DIGEST]),
    int32(TAG.payloadDigestAlgo, SHA256_ALGORITHM),
    ...(payloadDigestAlt ? [texts(TAG.payloadDigestAlt, [NO_DIGEST])] : []),
  ];
}

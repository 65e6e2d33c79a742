import { type FormatDefinition, type OptionsKit, ROLES, type Role } from '@provisioning-dist/core';
import { pathProblem } from '@provisioning-dist/payload';
import { textOption } from '../text-file.ts';
import { changelogProblem } from './changelog.ts';
import { type Coding, LEVELS, type RpmCodec } from './codec.ts';
import { type RelationRules, relation } from './relations.ts';
import { pretransProblem, SCRIPT_NAMES, type ScriptName, scriptProblem, triggerProblem } from './script-text.ts';
import type { SystemdOptions } from './systemd.ts';
import { FILE_FLAG, type FileFlag } from './tags.ts';
import { type FileTrigger, type PackageTrigger, USUAL_PRIORITY } from './triggers.ts';
import type { RpmVersion } from './version.ts';

/** What users may say of an rpm; relations in their usual form, files read. Paths of files are absolute. */
export interface RpmOptions extends Coding, RpmVersion {
  readonly summary?: string | undefined;
  readonly description?: string | undefined;
  readonly license?: string | undefined;
  readonly vendor?: string | undefined;
  readonly packager?: string | undefined;
  readonly homepage?: string | undefined;
  readonly group: string;
  readonly requires: readonly string[];
  readonly recommends: readonly string[];
  readonly suggests: readonly string[];
  readonly supplements: readonly string[];
  readonly enhances: readonly string[];
  readonly conflicts: readonly string[];
  readonly obsoletes: readonly string[];
  readonly provides: readonly string[];
  readonly order: readonly string[];
  readonly scriptRequires: Readonly<Partial<Record<ScriptName, readonly string[]>>>;
  readonly autoRequires: boolean;
  /** Without leading slash. */
  readonly prefix: string;
  readonly paths: Readonly<Partial<Record<Role, string>>>;
  readonly prefixes: readonly string[];
  readonly flags: Readonly<Record<string, readonly FileFlag[]>>;
  readonly ghosts: Readonly<Record<string, Ghost>>;
  readonly capabilities: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Partial<Record<ScriptName, string>>>;
  readonly triggers: readonly PackageTrigger[];
  readonly fileTriggers: readonly FileTrigger[];
  readonly systemd: SystemdOptions;
  readonly changelog?: string | false | undefined;
  readonly payloadDigestAlt: boolean;
  /** Instance under `sign:`. */
  readonly sign?: string | undefined;
}

/** A path that is made later and belongs to the package. */
export interface Ghost {
  readonly type: 'file' | 'directory';
  readonly mode?: number | undefined;
  readonly owner: string;
  readonly group: string;
  readonly config: boolean;
}

export type Schema<Value> = ReturnType<FormatDefinition<Value>['options']>;
export type Shape = Readonly<Record<string, Schema<unknown>>>;

const EPOCH_MAX = 2 ** 31 - 1;
export const LINE: RegExp = /^\P{Cc}*$/u;
const CAPABILITIES = /^(?:[a-z_]+(?:,[a-z_]+)*)?[=+][eip]+$/;

export function rpmOptions(kit: OptionsKit): Schema<RpmOptions> {
  const { z } = kit;
  return z
    .strictObject({ ...identity(kit), ...relations(kit), ...places(kit), ...scripting(kit), ...packing(kit) })
    .superRefine(({ codec, level }, context) => {
      const problem = levelProblem(codec as RpmCodec, level as number | undefined);
      if (problem !== undefined) context.addIssue({ code: 'custom', path: ['level'], message: problem, input: level });
    }) as unknown as Schema<RpmOptions>;
}

export function identity({ z }: OptionsKit): Shape {
  const line = lineOf(z);
  return {
    summary: line.optional().describe('In a line; default the first line of the description'),
    description: z
      .string()
      .trim()
      .min(1)
      .refine((text) => !text.includes('\0'), 'it holds a NUL character')
      .optional()
      .describe("Default the release's"),
    license: line.optional().describe("SPDX expression; default the release's"),
    vendor: line.optional().describe("Default the release's"),
    packager: line.optional().describe("Name <mail>; default the release's maintainer"),
    homepage: line.optional().describe("Default the release's"),
    group: line.default('Applications/System').describe('Told by old tools only, and missed by rpmlint'),
    epoch: z.int().min(0).max(EPOCH_MAX).optional().describe('Put before the version, to go back in numbering'),
    revision: z
      .union([z.string(), z.int().min(0).transform(String)])
      .refine((text) => /^[A-Za-z0-9._+~^]+$/.test(text), 'a revision holds letters, digits and ". _ + ~ ^" only')
      .default('1')
      .describe('Release of the packaging, after the version: 1 or 1.el9'),
    buildMetadata: z.boolean().default(false).describe('Keep +metadata of the version as ^metadata, for rpm 4.15 and newer'),
  };
}

function lineOf(z: OptionsKit['z']) {
  return z.string().trim().min(1).regex(LINE, 'it is more than one line');
}

export function relationList({ z }: OptionsKit, rules: RelationRules): ReturnType<OptionsKit['z']['array']> {
  const example = rules.onlyEqual ? 'name or name = 1.2' : `name or name >= 1.2${rules.rich ? ' or (a or b)' : ''}`;
  const one = z.string().transform((text, context) => {
    const parsed = relation(text, rules);
    if (parsed === undefined)
      context.addIssue({ code: 'custom', message: `"${text}" is no relation`, params: { hint: `write ${example}` }, input: text });
    return parsed ?? z.NEVER;
  });
  return z.array(one);
}

function relations(kit: OptionsKit): Shape {
  const { z } = kit;
  const any = relationList(kit, { rich: true });
  const plain = relationList(kit, { rich: false });
  return {
    requires: any.default([]),
    recommends: any.default([]),
    suggests: any.default([]),
    supplements: any.default([]),
    enhances: any.default([]),
    conflicts: any.default([]),
    obsoletes: plain.default([]),
    provides: relationList(kit, { rich: false, onlyEqual: true }).default([]),
    order: plain.default([]).describe('Installed after these, when they are in the same transaction'),
    scriptRequires: z
      .strictObject(Object.fromEntries(SCRIPT_NAMES.map((name) => [name, any.optional()])))
      .prefault({})
      .describe('What a script needs while it is run'),
    autoRequires: z.boolean().default(true).describe('Require the libraries that programs are linked to, provide those in the path of the linker'),
  };
}

function places({ z }: OptionsKit): Shape {
  const folder = z
    .string()
    .refine((text) => text.startsWith('/') && (text === '/' || pathProblem(plain(text)) === undefined), 'it is no absolute path')
    .transform((text) => (text === '/' ? '' : plain(text)));
  const file = z
    .string()
    .refine((text) => text.startsWith('/') && pathProblem(text.slice(1)) === undefined && LINE.test(text), 'it is no absolute path of a file');
  const flag = z.enum(Object.keys(FILE_FLAG).filter((name) => name !== 'ghost') as [Exclude<FileFlag, 'ghost'>]);
  const account = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 'it is no name of a user or group');
  const ghost = z.strictObject({
    type: z.enum(['file', 'directory']).default('file'),
    mode: z.int().min(0).max(0o7777).optional(),
    owner: account.default('root'),
    group: account.default('root'),
    config: z.boolean().default(false),
  });
  return {
    prefix: folder.prefault('/usr').describe('Folder of bin, lib and share'),
    paths: z.partialRecord(z.enum(ROLES), folder).default({}).describe('Folders by role, instead of the usual ones'),
    prefixes: z
      .array(folder.transform((path) => `/${path}`))
      .default([])
      .describe('Folders that whoever installs it may move elsewhere (rpm --prefix)'),
    flags: z.record(file, z.array(flag)).default({}).describe('By installed path, in place of the usual: config and noreplace in /etc, doc, license'),
    ghosts: z.record(file, ghost).default({}).describe('Paths made later that are removed with the package'),
    capabilities: z
      .record(file, z.string().regex(CAPABILITIES, 'it is no list of capabilities such as cap_net_bind_service=ep'))
      .default({})
      .describe('File capabilities by installed path'),
  };
}

function plain(path: string): string {
  return path.replace(/^\//, '').replace(/\/$/, '');
}

function scripting(kit: OptionsKit): Shape {
  const { z } = kit;
  const inline = (text: string): boolean => text.startsWith('#!');
  const script = (problem: (text: string) => string | undefined) => textOption(kit, { inline, problem });
  const systemd = z.strictObject({
    enable: z.boolean().default(false).describe('Enable units at the first installation; else the presets of the distribution decide'),
    start: z.boolean().default(false).describe('Start them after the first installation'),
    restart: z.boolean().default(true).describe('Restart them after an upgrade'),
  });
  const trigger = z.strictObject({
    on: z.enum(['prein', 'in', 'un', 'postun']),
    packages: relationList(kit, { rich: false }).min(1),
    script: script(triggerProblem),
  });
  const fileTrigger = z.strictObject({
    on: z.enum(['in', 'un', 'postun']),
    paths: z.array(z.string().regex(/^\/\P{Cc}*$/u, 'it is no absolute path')).min(1),
    script: script(triggerProblem),
    transaction: z.boolean().default(false).describe('Once per transaction'),
    priority: z.int().min(0).max(EPOCH_MAX).default(USUAL_PRIORITY).describe('Higher ones run first'),
  });
  const scripts = SCRIPT_NAMES.map((name) => [name, script(name === 'pretrans' ? pretransProblem : scriptProblem).optional()]);
  return {
    scripts: z.strictObject(Object.fromEntries(scripts)).prefault({}).describe('A file, or the text itself from #! on; #!<lua> is run by rpm itself'),
    triggers: z.array(trigger).default([]).describe('Scripts run when other packages come or go'),
    fileTriggers: z.array(fileTrigger).default([]).describe('Scripts run when files of any package come or go below some paths'),
    systemd: systemd.prefault({}).describe('What is done with units that have an [Install] section'),
    changelog: z
      .union([z.literal(false), textOption(kit, { inline: (text) => text.startsWith('* '), problem: changelogProblem })])
      .optional()
      .describe('As in a spec file: a file, or the text itself; default one entry for the release; false = none'),
  };
}

function packing({ z }: OptionsKit): Shape {
  return {
    codec: z.enum(['gzip', 'xz', 'zstd', 'none']).default('gzip').describe('EL7 and Amazon Linux 2 read no zstd'),
    level: z.int().optional().describe('gzip 1 to 12 (default 6), xz 0 to 9 (6), zstd 1 to 19 (3)'),
    payloadDigestAlt: z.boolean().default(false).describe('Tell the digest of the payload unpacked too; reads every file once more'),
    sign: z.string().min(1).optional().describe('Key under "sign:" for the signature inside; RSA is verified everywhere'),
  };
}

export function levelProblem(codec: RpmCodec, level: number | undefined): string | undefined {
  const range = LEVELS[codec];
  if (level === undefined || (range && level >= range.min && level <= range.max)) return undefined;
  return range ? `${codec} has the levels ${range.min} to ${range.max}` : 'nothing is compressed';
}

import { type FormatDefinition, type OptionsKit, ROLES, type Role } from '@provisioning-dist/core';
import { pathProblem } from '@provisioning-dist/payload';
import { textOption } from '../text-file.ts';
import { type Coding, type DebCodec, LEVELS } from './codec.ts';
import { type RelationRules, relation } from './relations.ts';
import { type ScriptName, scriptProblem } from './script-text.ts';
import type { SignRole } from './signature.ts';
import { TRIGGERS, type TriggerKind } from './triggers.ts';
import type { DebVersion } from './version.ts';

/** What users may say of a deb; relations in their usual form, files read. */
export interface DebOptions extends Coding, DebVersion {
  readonly description?: string | undefined;
  readonly maintainer?: string | undefined;
  readonly homepage?: string | undefined;
  readonly section: string;
  readonly priority: string;
  readonly essential: boolean;
  readonly protected: boolean;
  readonly multiArch?: 'no' | 'same' | 'foreign' | 'allowed' | undefined;
  readonly source?: string | undefined;
  readonly origin?: string | undefined;
  readonly bugs?: string | undefined;
  readonly fields: Readonly<Record<string, string>>;
  readonly preDepends: readonly string[];
  readonly depends: readonly string[];
  readonly autoDepends: boolean;
  readonly recommends: readonly string[];
  readonly suggests: readonly string[];
  readonly enhances: readonly string[];
  readonly conflicts: readonly string[];
  readonly breaks: readonly string[];
  readonly replaces: readonly string[];
  readonly provides: readonly string[];
  readonly builtUsing: readonly string[];
  /** Without leading slash. */
  readonly prefix: string;
  readonly paths: Readonly<Partial<Record<Role, string>>>;
  /** Absolute, as conffiles are written. */
  readonly conffiles: readonly string[];
  readonly removeOnUpgrade: readonly string[];
  readonly scripts: Readonly<Partial<Record<ScriptName, string>>>;
  readonly templates?: string | undefined;
  readonly triggers: Readonly<Partial<Record<TriggerKind, readonly string[]>>>;
  readonly systemd: SystemdOptions;
  readonly capabilities: Readonly<Record<string, string>>;
  readonly changelog?: string | false | undefined;
  readonly copyright?: string | undefined;
  readonly lintianOverrides: readonly string[];
  /** Instance under `sign:` that makes `_gpgorigin`. */
  readonly sign?: string | undefined;
  readonly signRole: SignRole;
}

export interface SystemdOptions {
  readonly enable: boolean;
  readonly start: boolean;
  readonly restart: boolean;
}

type Schema<Value> = ReturnType<FormatDefinition<Value>['options']>;

const SCRIPTS: readonly ScriptName[] = ['preinst', 'postinst', 'prerm', 'postrm', 'config'];

/** Fields that have an option of their own, or that are facts. */
const OWN_FIELDS: readonly string[] = [
  ...['package', 'source', 'version', 'built-using', 'architecture', 'essential', 'protected', 'origin', 'bugs', 'maintainer', 'installed-size'],
  ...['pre-depends', 'depends', 'recommends', 'suggests', 'enhances', 'conflicts', 'breaks', 'replaces', 'provides', 'section', 'priority'],
  ...['multi-arch', 'homepage', 'description'],
];

/** deb-control(5): US-ASCII without controls, spaces and colon; no "#" or "-" first. */
const FIELD_NAME = /^[!"$-,.-9;-~][!-9;-~]*$/;
/** dpkg's limit is INT_MAX. */
const EPOCH_MAX = 2 ** 31 - 1;

export function debOptions(kit: OptionsKit): Schema<DebOptions> {
  const { z } = kit;
  return z
    .strictObject({ ...identity(kit), ...relations(kit), ...places(kit), ...scripting(kit), ...texts(kit), ...packing(kit) })
    .superRefine(({ codec, level }, context) => {
      const problem = levelProblem(codec as DebCodec, level as number | undefined);
      if (problem !== undefined) context.addIssue({ code: 'custom', path: ['level'], message: problem, input: level });
    }) as unknown as Schema<DebOptions>;
}

type Shape = Readonly<Record<string, Schema<unknown>>>;

function identity({ z }: OptionsKit): Shape {
  const line = lineOf(z);
  return {
    description: z.string().trim().min(1).optional().describe("First line in short, the rest in full; default the release's"),
    maintainer: line.optional().describe("Name <mail>; default the release's"),
    homepage: line.optional().describe("Default the release's"),
    section: z
      .string()
      .regex(/^(?:(?:contrib|non-free|non-free-firmware)\/)?[a-z][a-z0-9-]*$/, 'it is no section of an archive')
      .default('utils')
      .describe('Section of the archive, such as utils, admin, net, devel'),
    priority: z.enum(['required', 'important', 'standard', 'optional', 'extra']).default('optional'),
    essential: z.boolean().default(false).describe('apt refuses to remove it'),
    protected: z.boolean().default(false).describe('Removed only when asked twice'),
    multiArch: z.enum(['no', 'same', 'foreign', 'allowed']).optional(),
    source: line.optional().describe('Source package, with its version in parentheses when it is another'),
    origin: line.optional(),
    bugs: line.optional().describe('Address of the bug tracker'),
    fields: z
      .record(
        z.string().regex(FIELD_NAME, 'it is no name of a field').refine(isFreeField, 'the field has an option of its own'),
        z.string().trim().regex(FIELD_VALUE, 'it is no value of a field'),
      )
      .default({})
      .describe('Further fields of the control file'),
    epoch: z.int().min(0).max(EPOCH_MAX).optional().describe('Put before the version, to go back in numbering'),
    revision: z
      .union([z.string(), z.int().min(0).transform(String)])
      .refine((text) => /^[A-Za-z0-9+.~]+$/.test(text), 'a revision holds letters, digits, "+", "." and "~" only')
      .default('1')
      .describe('Of the packaging, after the version'),
    buildMetadata: z.boolean().default(false).describe('Keep +metadata of the version, which dpkg sorts above the same version without'),
  };
}

function isFreeField(name: string): boolean {
  return !OWN_FIELDS.includes(name.toLowerCase());
}

// Without the flag "u", which the JSON Schema of editors does not know.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const LINE = /^[^\x00-\x1f\x7f]*$/;
/** Lines after the first begin with a space, and say something. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const FIELD_VALUE = /^[^\x00-\x1f\x7f]+(?:\n[ \t]+[^\s\x00-\x1f\x7f][^\x00-\x08\x0a-\x1f\x7f]*)*$/;

function lineOf(z: OptionsKit['z']) {
  return z.string().trim().min(1).regex(LINE, 'it is more than one line');
}

function relations({ z }: OptionsKit): Shape {
  const list = (rules: RelationRules, description: string) =>
    z
      .union([z.string(), z.array(z.string())])
      .transform((written, context) => {
        const parts =
          typeof written === 'string'
            ? written
                .split(',')
                .map((text) => text.trim())
                .filter(Boolean)
            : written;
        return parts.map((text, index) => {
          const parsed = relation(text, rules);
          const path = typeof written === 'string' ? [] : [index];
          if (parsed === undefined)
            context.addIssue({ code: 'custom', path, message: `"${text}" is no relation`, params: { hint: relationHint(rules) }, input: written });
          return parsed ?? z.NEVER;
        });
      })
      .prefault([])
      .describe(description);
  const positive: RelationRules = { alternatives: true };
  const negative: RelationRules = { alternatives: false };
  const exact: RelationRules = { alternatives: false, onlyEqual: true };
  return {
    preDepends: list(positive, 'What must be configured before it is unpacked'),
    depends: list(positive, 'What it cannot do without; {version} stands for its own version'),
    autoDepends: z.boolean().default(false).describe('Add packages of libraries its programs are linked with, as far as they are known'),
    recommends: list(positive, 'What is installed along by default'),
    suggests: list(positive, 'What goes well with it'),
    enhances: list(positive, 'What it makes better'),
    conflicts: list(negative, 'What must not be installed beside it'),
    breaks: list(negative, 'What stops working beside it'),
    replaces: list(negative, 'Packages whose files it may take over'),
    provides: list(exact, 'Names it can be required by'),
    builtUsing: list(exact, 'Source packages it contains parts of'),
  };
}

function relationHint({ alternatives, onlyEqual = false }: RelationRules): string {
  if (onlyEqual) return 'write name or name (= 1.2)';
  return alternatives
    ? 'write name, name (>= 1.2) or a | b; operators are <<, <=, =, >=, >>'
    : 'write name or name (<< 1.2); operators are <<, <=, =, >=, >>';
}

function places({ z }: OptionsKit): Shape {
  const folder = z
    .string()
    .refine((text) => text.startsWith('/') && (text === '/' || pathProblem(plain(text)) === undefined), 'it is no absolute path')
    .transform((text) => (text === '/' ? '' : plain(text)));
  const file = z
    .string()
    .refine((text) => text.startsWith('/') && pathProblem(text.slice(1)) === undefined && !/\s/.test(text), 'it is no absolute path of a file');
  return {
    prefix: folder.prefault('/usr').describe('Folder of bin, lib and share'),
    paths: z.partialRecord(z.enum(ROLES), folder).default({}).describe('Folders by role, instead of the usual ones'),
    conffiles: z.array(file).default([]).describe('Files kept as the user changed them; those in /etc are without being named'),
    removeOnUpgrade: z.array(file).default([]).describe('Conffiles of earlier versions, to be removed'),
    capabilities: z
      .record(file, z.string().regex(/^[a-z_,]+(?:=|\+|=\+)[eip]+$/, 'it is no list of capabilities such as cap_net_bind_service+ep'))
      .default({})
      .describe('File capabilities by installed path, set after unpacking'),
  };
}

function plain(path: string): string {
  return path.replace(/^\//, '').replace(/\/$/, '');
}

function scripting(kit: OptionsKit): Shape {
  const { z } = kit;
  const script = textOption(kit, { inline: (text) => text.startsWith('#!'), problem: scriptProblem });
  const trigger = z.string().regex(/^(?:\/[^\s]+|[!-.0-~][!-~]+)$/, 'it is no name or absolute path');
  const systemd = z.strictObject({
    enable: z.boolean().default(true).describe('Enable units at the first installation'),
    start: z.boolean().default(true).describe('Start them after the installation'),
    restart: z.boolean().default(true).describe('Restart them after an upgrade'),
  });
  return {
    scripts: z
      .strictObject(Object.fromEntries(SCRIPTS.map((name) => [name, script.optional()])))
      .prefault({})
      .describe('Maintainer scripts: a file, or the text itself from #! on'),
    templates: textOption(kit, { inline: (text) => text.startsWith('Template:') })
      .optional()
      .describe('Questions for debconf'),
    triggers: z
      .strictObject(Object.fromEntries(Object.keys(TRIGGERS).map((kind) => [kind, z.array(trigger).optional()])))
      .prefault({})
      .describe('Names or paths by kind'),
    systemd: systemd.prefault({}).describe('What is done with units that have an [Install] section'),
  };
}

function texts(kit: OptionsKit): Shape {
  const { z } = kit;
  const changelog = textOption(kit, { inline: (text) => text.includes('\n'), problem: changelogProblem });
  return {
    changelog: z
      .union([z.literal(false), changelog])
      .optional()
      .describe('Debian changelog: a file, or the text itself; default one entry for the release; false = none'),
    copyright: textOption(kit, { inline: (text) => text.includes('\n') })
      .optional()
      .describe('Copyright file; default made of the license and its files'),
    lintianOverrides: z.array(lineOf(z)).default([]).describe('Tags that lintian must not complain of'),
  };
}

function changelogProblem(text: string): string | undefined {
  const usual = /^[a-z0-9][a-z0-9+.-]+ \([^ )]+\)(?: [A-Za-z0-9~.+-]+)+; [a-z]/.test(text);
  return usual ? undefined : 'its first line is not "package (version) distribution; urgency=…"';
}

function packing({ z }: OptionsKit): Shape {
  return {
    codec: z.enum(['gzip', 'xz', 'zstd', 'none']).default('gzip').describe('Debian 11 and older read no zstd'),
    level: z.int().optional().describe('gzip 1 to 12 (default 6), xz 0 to 9 (6), zstd 1 to 19 (3)'),
    sign: z.string().min(1).optional().describe('Key under "sign:" for the member _gpgorigin'),
    signRole: z.enum(['origin', 'maint', 'archive']).default('origin').describe('Who signs, by which policies of debsig-verify choose'),
  };
}

function levelProblem(codec: DebCodec, level: number | undefined): string | undefined {
  const range = LEVELS[codec];
  if (level === undefined || (range && level >= range.min && level <= range.max)) return undefined;
  return range ? `${codec} has the levels ${range.min} to ${range.max}` : 'nothing is compressed';
}

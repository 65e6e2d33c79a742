import { z } from 'zod';
import { MESSAGE_TYPES, type MessageType } from '../channel.ts';
import { ROLES } from '../model/entry.ts';
import type { PlatformSpec } from './config.ts';
import { hooksSchema, type RawHooks } from './hook-schema.ts';
import { type RawService, servicesSchema } from './service-schema.ts';
import { globs, LINES, lineText, names, nameText, pathText, selectors } from './text-schemas.ts';

// each schema reads one text: compiling a parser for it takes longer than that, and `new Function`
z.config({ jitless: true });

/**
 * The sections of a configuration as people write them. Everything is optional here: what must be there is known only after `extends` and
 * `products` are applied. The options of plugins are checked later, by their own schemas.
 */

/** Keys of an instance that belong to core; all others are the plugin's options. */
export const PACKAGE_KEYS = ['use', 'package', 'arch', 'components', 'variants', 'platforms', 'name'] as const;
export const PUBLISH_KEYS = ['use', 'needs', 'required', 'record', 'mirrors'] as const;
export const SIGN_KEYS = ['use', 'artifacts'] as const;
export const VALIDATE_KEYS = ['use'] as const;
export const NOTIFY_KEYS = ['use', 'on'] as const;
export const CHANGELOG_KEYS = ['use'] as const;
export const BUILD_KEYS = ['id', 'platforms'] as const;

export type RawNeed = string | { readonly id: string; readonly for: 'visible' | 'hidden' };

export interface RawPackage {
  readonly use?: string | undefined;
  readonly package?: string | undefined;
  readonly arch?: 'all' | undefined;
  readonly components?: readonly string[] | undefined;
  readonly variants?: readonly string[] | undefined;
  readonly platforms?: readonly string[] | undefined;
  readonly name?: string | undefined;
}

export interface RawPublish {
  readonly use?: string | undefined;
  readonly needs?: RawNeed | readonly RawNeed[] | undefined;
  readonly required?: boolean | undefined;
  readonly record?: boolean | undefined;
  readonly mirrors?: readonly string[] | undefined;
}

export interface RawSign {
  readonly use?: string | undefined;
  readonly artifacts?: readonly string[] | undefined;
}

export interface RawValidate {
  readonly use?: string | undefined;
}

export interface RawNotify {
  readonly use?: string | undefined;
  readonly on?: readonly MessageType[] | undefined;
}

export interface RawChangelog {
  readonly use?: string | undefined;
}

export interface RawBuild {
  readonly id?: string | undefined;
  readonly platforms?: readonly string[] | undefined;
}

export interface RawRule {
  readonly type?: 'file' | 'directory' | 'symlink' | undefined;
  readonly from?: string | undefined;
  readonly to: string;
  readonly role?: (typeof ROLES)[number] | undefined;
  readonly component?: string | undefined;
  readonly mode?: string | number | undefined;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly variants?: readonly string[] | undefined;
  readonly platforms?: readonly string[] | undefined;
  readonly eol?: 'auto' | 'keep' | 'lf' | 'crlf' | undefined;
  readonly optional?: boolean | undefined;
}

export interface RawVariant {
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

export interface RawPaths {
  readonly packages?: string | undefined;
  readonly dist?: string | undefined;
  readonly state?: string | undefined;
}

export interface RawSections {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly homepage?: string | undefined;
  readonly license?: string | undefined;
  readonly maintainer?: string | undefined;
  readonly vendor?: string | undefined;
  readonly version?: string | undefined;
  readonly tagPrefix?: string | undefined;
  readonly artifactName?: string | undefined;
  readonly platforms?: readonly PlatformSpec[] | undefined;
  readonly variants?: Readonly<Record<string, RawVariant>> | undefined;
  readonly build?: readonly RawBuild[] | undefined;
  readonly contents?: readonly RawRule[] | undefined;
  readonly packages?: Readonly<Record<string, RawPackage>> | undefined;
  readonly publish?: Readonly<Record<string, RawPublish>> | undefined;
  readonly sign?: Readonly<Record<string, RawSign>> | undefined;
  readonly validate?: Readonly<Record<string, RawValidate>> | undefined;
  readonly notify?: Readonly<Record<string, RawNotify>> | undefined;
  readonly changelog?: RawChangelog | undefined;
  readonly services?: Readonly<Record<string, RawService>> | undefined;
  readonly hooks?: RawHooks | undefined;
  readonly paths?: RawPaths | undefined;
}

export interface RawProduct extends RawSections {
  readonly path?: string | undefined;
}

export interface RawTop extends RawSections {
  readonly $schema?: string | undefined;
  readonly plugins?: readonly string[] | undefined;
  readonly products?: Readonly<Record<string, RawProduct>> | undefined;
}

const platformRow = z.strictObject({
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9_]+)+$/, 'a platform name reads os-cpu in lower case'),
  os: z.enum(['linux', 'macos', 'windows', 'freebsd']),
  cpu: z.string().regex(/^[a-z0-9_]+$/, 'a CPU is written in lower-case letters, digits and _'),
  libc: z.enum(['gnu', 'musl']).exactOptional(),
  rust: lineText().exactOptional().describe('Rust target triple'),
  go: lineText().exactOptional().describe('GOOS/GOARCH, with GOARM after another slash'),
  deb: lineText().exactOptional(),
  rpm: lineText().exactOptional(),
  apk: lineText().exactOptional(),
  oci: lineText().exactOptional().describe('os/architecture[/variant]'),
  npm: lineText().exactOptional().describe('os/cpu'),
  freebsd: lineText().exactOptional(),
});

const variant = z.strictObject({
  include: globs().optional().describe('Only destinations that match'),
  exclude: globs().optional().describe('No destinations that match'),
});

const rule = z.strictObject({
  type: z
    .enum(['file', 'directory', 'symlink'])
    .optional()
    .describe('file (default), an empty directory, or a symbolic link at `to` that points to `from`'),
  from: pathText().optional().describe('Template and glob of source files, relative to the project; of a symlink, its target'),
  to: pathText().describe('Template of the destination; ends with / = a folder'),
  role: z.enum(ROLES).optional().describe('Why the file is there; decides where each format puts it'),
  component: nameText().optional().describe('Name by which packages choose it; default main'),
  mode: z.union([z.string(), z.number()]).optional().describe("Permission bits: '0755' or 0o755"),
  owner: nameText().optional(),
  group: nameText().optional(),
  exclude: globs().optional().describe('Globs over destinations'),
  variants: names().optional(),
  platforms: selectors().optional(),
  eol: z.enum(['auto', 'keep', 'lf', 'crlf']).optional().describe('Line ends of text files; auto (default) = CRLF on Windows'),
  optional: z.boolean().optional().describe('Matching nothing is no error'),
});

const packageInstance = z.looseObject({
  use: lineText().optional().describe('Format; default the key'),
  package: nameText().optional().describe('Package name; default the name of the product'),
  arch: z.literal('all').optional().describe('One package for every platform (deb all, rpm noarch)'),
  components: names().optional().describe('Only contents of these components'),
  variants: names().optional(),
  platforms: selectors().optional(),
  name: lineText().optional().describe('Template of the file name'),
});

const need = z.union([
  lineText(),
  z.strictObject({ id: lineText(), for: z.enum(['visible', 'hidden']).describe('hidden = upload only after the other one is public') }),
]);

const publishInstance = z.looseObject({
  use: lineText().optional().describe('Registry type; default the key'),
  needs: z
    .union([need, z.array(need)])
    .optional()
    .describe('Registries that go public before this one'),
  required: z.boolean().optional().describe('Default true: its failure keeps everything else unpublished'),
  record: z.boolean().optional().describe('Keeps the journal of the release, so that another machine can go on or go back'),
  mirrors: names().optional().describe('Registries kept in step with this one: public after it, going back with it'),
});

const signInstance = z.looseObject({
  use: lineText().optional().describe('Key type; default the key'),
  artifacts: names().optional().describe('What gets a signature beside it: checksums (default), all, none, or kinds, formats and ids of packages'),
});

const validateInstance = z.looseObject({
  use: lineText().optional().describe('Validator type; default the key'),
});

const notifyInstance = z.looseObject({
  use: lineText().optional().describe('Channel type; default the key'),
  on: z.array(z.enum(MESSAGE_TYPES)).min(1, 'the list is empty').optional().describe('Messages it is told; default all but failure'),
});

const changelog = z.looseObject({
  use: lineText().optional().describe('What tells the changes; default changelog'),
});

const buildItem = z.looseObject({
  id: nameText().optional(),
  platforms: selectors().optional(),
});

const sections = {
  name: nameText().optional().describe('Name of the product; part of every file name'),
  description: z.string().regex(LINES, 'it is empty or holds a control character').optional().describe('First line: a synopsis; the rest: details'),
  homepage: z
    .url({ protocol: /^https?$/, error: 'it is no http or https URL' })
    .optional()
    .describe('Address of the project'),
  license: lineText().optional().describe('SPDX expression, e.g. MIT OR Apache-2.0'),
  maintainer: lineText().optional().describe('Name <mail@example.org>'),
  vendor: lineText().optional(),
  version: lineText().optional().describe('git (default) = the tag at HEAD, or a semantic version'),
  tagPrefix: z
    .string()
    .regex(/^(?![-./])[\w./@+-]*$/, 'a tag prefix holds letters, digits and _ . / @ + -')
    .optional()
    .describe('What stands before the version in git tags'),
  artifactName: lineText().optional().describe('Template of file names; default {name}-{version}-{platform}-{variant}.{ext}'),
  platforms: z
    .array(z.union([lineText(), platformRow]))
    .optional()
    .describe('Platforms to release for'),
  variants: z.record(nameText(), variant).optional().describe('Named selections of the contents; the first one owns the bare name'),
  build: z.array(buildItem).optional().describe('How each platform is built: one builder per item'),
  contents: z.array(rule).optional().describe('What goes where in the distribution'),
  packages: z.record(nameText(), packageInstance).optional().describe('Formats to package in, by instance id'),
  publish: z.record(nameText(), publishInstance).optional().describe('Where to publish, by instance id'),
  sign: z.record(nameText(), signInstance).optional().describe('Keys that sign, by instance id'),
  validate: z.record(nameText(), validateInstance).optional().describe('What looks at finished artifacts, by instance id'),
  notify: z.record(nameText(), notifyInstance).optional().describe('Where people are told, by instance id'),
  changelog: changelog.optional().describe('Notes and changes of the release'),
  services: servicesSchema.optional(),
  hooks: hooksSchema.optional(),
  paths: z
    .strictObject({
      packages: pathText().optional().describe('Finished artifacts; default packages'),
      dist: pathText().optional().describe('Staged trees; default dist'),
      state: pathText().optional().describe('Journal, lock and build outputs; default .provisioning-dist'),
    })
    .optional()
    .describe('Output folders, relative to the configuration'),
};

export const productSchema: z.ZodType<RawProduct> = z.strictObject({
  path: pathText().optional().describe('Folder of the product, relative to the configuration'),
  ...sections,
});

export const topSchema: z.ZodType<RawTop> = z.strictObject({
  $schema: z.string().optional(),
  extends: z
    .union([lineText(), z.array(lineText())])
    .optional()
    .describe('Configurations this one builds on: ./file or npm package'),
  plugins: z.array(lineText()).optional().describe('Packages to load, beside the ones that come along'),
  products: z.record(nameText(), productSchema).optional().describe('Several products in one repository; each may override any key'),
  ...sections,
});

import type { OptionsKit } from '@provisioning-dist/core';
import { isPackageName } from '../names.ts';
import { type CommonOptions, commonShape, list, type Schema } from '../option-shapes.ts';
import { scriptOption } from '../script-file.ts';
import { conflict, provision, relation } from './relations.ts';
import { SCRIPTS, type ScriptName } from './scripts.ts';
import type { ApkVersion } from './version.ts';

/** What users may say of an apk; relations in their usual form, files read. */
export interface ApkOptions extends CommonOptions, ApkVersion {
  readonly origin?: string | undefined;
  readonly depends: readonly string[];
  readonly conflicts: readonly string[];
  readonly provides: readonly string[];
  readonly replaces: readonly string[];
  readonly installIf: readonly string[];
  readonly providerPriority?: number | undefined;
  readonly replacesPriority?: number | undefined;
  /** Patterns of folders. */
  readonly triggers: readonly string[];
  readonly scripts: Readonly<Partial<Record<ScriptName, string>>>;
  /** Instance under `sign:`. */
  readonly sign?: string | undefined;
  readonly keyName?: string | undefined;
  readonly hash: SignatureHash;
}

export type SignatureHash = 'sha1' | 'sha256' | 'sha512';

const PRIORITY_MAX = 65_535;

export function apkOptions(kit: OptionsKit): Schema<ApkOptions> {
  const { z } = kit;
  const folder = (text: string): string | undefined => (/^\/[!-~]*$/.test(text) ? text : undefined);
  const priority = z.int().min(0).max(PRIORITY_MAX).optional();
  return z
    .strictObject({
      ...commonShape(kit),
      revision: z
        .union([z.string(), z.int().min(0).transform(String)])
        .refine((text) => /^(?:0|[1-9][0-9]*)$/.test(text), 'a revision is a number')
        .default('0')
        .describe('Of the packaging: the number behind "-r"'),
      origin: z.string().refine(isPackageName, 'it is no name of a package').optional().describe('Default the name of the product'),
      depends: list(kit, relation, 'What it cannot do without; {version} stands for its own version'),
      conflicts: list(kit, conflict, 'What must not be installed beside it'),
      provides: list(kit, provision, 'Names it can be required by, with "=" only; commands are provided without being named'),
      replaces: list(kit, conflict, 'Packages whose files it may take over'),
      installIf: list(kit, relation, 'It is installed once all of these are'),
      providerPriority: priority.describe('Among packages that provide the same'),
      replacesPriority: priority.describe('Among packages that replace each other'),
      triggers: list(kit, folder, 'Folders, or patterns of them, at whose change the script "trigger" is run'),
      scripts: z
        .strictObject(Object.fromEntries(Object.keys(SCRIPTS).map((name) => [name, scriptOption(kit).optional()])))
        .prefault({})
        .describe('A file, or the text itself from #! on'),
      level: z.int().min(1).max(12).optional().describe('Of gzip; default 6'),
      sign: z.string().min(1).optional().describe('RSA key under "sign:"; without one apk wants --allow-untrusted'),
      keyName: z
        .string()
        .regex(/^[A-Za-z0-9@_+][A-Za-z0-9@._+-]*\.rsa\.pub$/, 'it is no name such as dev@example.com-5f3a1b2c.rsa.pub')
        .optional()
        .describe("Its public key's file in /etc/apk/keys; default the maintainer's mail address with .rsa.pub"),
      hash: z.enum(['sha1', 'sha256', 'sha512']).default('sha256').describe('Of the signature'),
    })
    .superRefine(({ triggers, scripts }, context) => {
      const problem = triggerProblem(triggers, (scripts as ApkOptions['scripts']).trigger);
      if (problem !== undefined) context.addIssue({ code: 'custom', path: ['triggers'], message: problem, input: triggers });
    }) as unknown as Schema<ApkOptions>;
}

function triggerProblem(folders: readonly string[], script: string | undefined): string | undefined {
  if (folders.length > 0 && script === undefined) return 'there is no script "trigger" to run';
  return folders.length === 0 && script !== undefined ? 'nothing says when the script "trigger" is run' : undefined;
}

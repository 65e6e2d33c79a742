import type { FactsDefinition, OptionsKit } from '@provisioning-dist/core';
import { unknownFields } from './template.ts';

/** One heading of the notes. A change goes to the first group that takes it; one that none takes is not told. */
export interface Group {
  readonly title?: string | undefined;
  /** Conventional types; `other` = what has none. */
  readonly types?: readonly string[] | undefined;
  /** Over the first line of the message. */
  readonly pattern?: RegExp | undefined;
}

export interface IssuePattern {
  readonly pattern: RegExp;
  readonly url: string;
}

export interface ChangelogOptions {
  readonly convention: 'conventional' | 'plain';
  readonly groups: readonly Group[];
  readonly include: readonly RegExp[];
  readonly exclude: readonly RegExp[];
  readonly paths: readonly string[];
  readonly merges: boolean;
  readonly authors: boolean;
  readonly breaking: string;
  readonly links: boolean | { readonly commit?: string | undefined; readonly compare?: string | undefined; readonly issue?: string | undefined };
  readonly issues: readonly IssuePattern[];
  readonly header?: string | undefined;
  readonly footer?: string | undefined;
  readonly file?: string | undefined;
  readonly notes?: string | undefined;
}

const CONVENTIONAL: readonly Group[] = [
  { title: 'Features', types: ['feat'] },
  { title: 'Bug fixes', types: ['fix'] },
  { title: 'Performance', types: ['perf'] },
  { title: 'Reverts', types: ['revert'] },
  { title: 'Other changes', types: ['other'] },
];

const ALL: readonly Group[] = [{}];

export function changelogOptions({ z, path }: OptionsKit): ReturnType<FactsDefinition<ChangelogOptions>['options']> {
  const pattern = () => z.string().min(1).transform(compiled);
  const template = (fields: readonly string[]) =>
    z.string().refine((text) => unknownFields(text, fields).length === 0, `a field is not one of ${fields.join(', ')}`);
  const group = z.strictObject({
    title: z.string().min(1).optional().describe('Heading; absent = none'),
    types: z.array(z.string().min(1)).optional().describe('Conventional types; other = what has none'),
    pattern: pattern().optional().describe('Regular expression over the first line of the message'),
  });
  const links = z.strictObject({
    commit: template(['commit']).optional(),
    compare: template(['from', 'to']).optional(),
    issue: template(['issue', 'repository']).optional(),
  });
  return z
    .strictObject({
      convention: z.enum(['conventional', 'plain']).default('conventional').describe('How messages are read'),
      groups: z.array(group).min(1).optional().describe('Headings in their order; each takes what no earlier one took'),
      include: z.array(pattern()).default([]).describe('Only changes whose first line matches one of them'),
      exclude: z.array(pattern()).default([]).describe('No changes whose first line matches one of them'),
      paths: z.array(z.string().min(1)).default([]).describe('Only commits that touch these files or folders, relative to the project'),
      merges: z.boolean().default(false).describe('Tell merge commits too'),
      authors: z.boolean().default(false).describe('Name who made each change'),
      breaking: z.string().min(1).default('Breaking changes').describe('Heading of what breaks, which stands first'),
      links: z.union([z.boolean(), links]).default(true).describe('Addresses; true = those of the git remote, where it is a known forge'),
      issues: z
        .array(z.strictObject({ pattern: pattern(), url: template(['issue']) }))
        .default([])
        .describe('Further references, and where they lead'),
      header: template(FIELDS).optional().describe('Markdown before the changes'),
      footer: template(FIELDS).optional().describe('Markdown after the changes'),
      file: path().optional().describe('Changelog whose section of the version is the notes (keepachangelog.com)'),
      notes: path().optional().describe('File that is the notes'),
    })
    .refine(({ file, notes }) => file === undefined || notes === undefined, 'keep one of "file" and "notes"')
    .transform(({ groups, ...rest }) => ({ ...rest, groups: groups ?? (rest.convention === 'plain' ? ALL : CONVENTIONAL) }));

  function compiled(text: string, context: { readonly addIssue: (message: string) => void }): RegExp {
    try {
      return new RegExp(text, 'u');
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : String(error));
      return z.NEVER;
    }
  }
}

/** Of header and footer. */
export const FIELDS: readonly string[] = ['name', 'version', 'tag', 'previous', 'date', 'compare'];

import type { OptionsKit, RegistryDefinition } from '@provisioning-dist/core';
import { type Place, placeShape } from '../repository/place.ts';

export interface Suite {
  readonly name: string;
  readonly codename: string;
}

export interface AptOptions extends Place {
  /** Public address of the repository. */
  readonly url?: string | undefined;
  /** A key under `sign:`; false = unsigned, which clients take only when told to trust it. */
  readonly sign: string | false;
  /** Takes over what another key signed. */
  readonly adopt: boolean;
  readonly suites: readonly Suite[];
  readonly component: string;
  readonly architectures: readonly string[];
  /** Folder in the pool; default the release's name. */
  readonly source?: string | undefined;
  readonly origin?: string | undefined;
  readonly label?: string | undefined;
  readonly description?: string | undefined;
  /** Milliseconds. */
  readonly validUntil?: number | undefined;
  /** Versions of each package that stay listed. */
  readonly keep: number;
  readonly contents: boolean;
}

type Schema = ReturnType<RegistryDefinition<AptOptions>['options']>;

/** A name that is a folder, a word of a list and a value of a field. */
const WORD = /^[a-z0-9][a-z0-9.+_~-]*$/i;
/** One line, no blanks at its ends. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const LINE = /^(?! )[^\0-\x1f\x7f]+(?<! )$/;

export const aptOptions: RegistryDefinition<AptOptions>['options'] = (kit) => {
  const { z } = kit;
  const word = z.string().regex(WORD, { error: 'it is no name of letters, digits and ".+_~-"' });
  const line = z.string().regex(LINE, { error: 'it is no single line of text' });
  const object = z.object({
    ...placeShape(kit),
    url: z
      .url({ protocol: /^https?$/ })
      .regex(/^[!-~]+$/, { error: 'it holds blanks or other characters an address has not' })
      .optional()
      .describe('Public address of the repository'),
    sign: z.union([z.string().min(1), z.literal(false)]).describe('A key under "sign"; false = unsigned'),
    suites: suitesOf(kit, word),
    component: word.default('main'),
    architectures: z.array(word).default([]).describe("Listed even without a package for them; Debian's names"),
    source: word.optional().describe('Folder in the pool; default the name of the product'),
    origin: line.optional().describe('Default the vendor, else the name; clients refuse a repository where it changes'),
    label: line.optional().describe('Default the name; as origin'),
    description: line.optional(),
    validUntil: kit.duration().optional().describe('Clients refuse the index when it is older; something must publish before'),
    keep: z.int().min(2).default(2).describe('Versions of each package that stay listed'),
    adopt: z.boolean().default(false).describe('Takes over what another key signed; for the one release after the key was changed'),
    contents: z.boolean().default(true).describe('Lists of files, for apt-file'),
  });
  const places = (one: Place): number => [one.path, one.s3, one.sftp].filter((place) => place !== undefined).length;
  return object.refine((one) => places(one as Place) === 1, { error: 'one of "path", "s3" and "sftp" is needed' }) as unknown as Schema;
};

function suitesOf({ z }: OptionsKit, word: ReturnType<OptionsKit['z']['string']>) {
  const suite = z.union([word, z.object({ name: word, codename: word })]);
  return z
    .array(suite)
    .min(1)
    .prefault(['stable'])
    .transform((all) => all.map((one): Suite => (typeof one === 'string' ? { name: one, codename: one } : one)))
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, { error: 'a suite is there twice' })
    .describe('Each release is in all of them');
}

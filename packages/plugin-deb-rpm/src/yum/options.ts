import type { OptionsKit, RegistryDefinition } from '@provisioning-dist/core';
import { type Place, placeShape } from '../repository/place.ts';

export interface YumOptions extends Place {
  /** Public address of the repository. */
  readonly url?: string | undefined;
  /** A key under `sign:`; false = unsigned. */
  readonly sign: string | false;
  /** Takes over what another key signed. */
  readonly adopt: boolean;
  /** Folder of packages; `{p}` is the first letter of their name, `{name}` the product's. */
  readonly layout: string;
  readonly compression: 'gz' | 'zstd';
  /** Versions of each package that stay listed. */
  readonly keep: number;
  /** Milliseconds for which the signature of before stays beside the new one. */
  readonly overlap: number;
  /** Whether clients are told to refuse packages that are not signed; default when the repository is. */
  readonly gpgcheck?: boolean | undefined;
}

type Schema = ReturnType<RegistryDefinition<YumOptions>['options']>;

/** Folders of letters, digits and few signs, so that an address is the path as it is. */
const LAYOUT = /^(?:(?:[A-Za-z0-9_-]|\{p\}|\{name\})(?:[A-Za-z0-9._-]|\{p\}|\{name\})*\/?)+$/;

export const yumOptions: RegistryDefinition<YumOptions>['options'] = (kit: OptionsKit) => {
  const { z } = kit;
  const object = z.object({
    ...placeShape(kit),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Public address of the repository'),
    sign: z.union([z.string().min(1), z.literal(false)]).describe('A key under "sign"; false = unsigned'),
    layout: z
      .string()
      .regex(LAYOUT, { error: 'it is no relative folder of letters, digits, ".", "_", "-", "{p}" and "{name}"' })
      .refine((layout) => layout.split('/')[0]?.toLowerCase() !== 'repodata', { error: '"repodata" is the folder of the metadata' })
      .default('Packages/{p}/')
      .describe('Folder of packages; "{p}" is the first letter of their name, "{name}" the product'),
    compression: z.enum(['gz', 'zstd']).default('gz').describe('Of metadata; old clients read gz only'),
    keep: z.int().min(2).default(2).describe('Versions of each package that stay listed'),
    overlap: kit.duration().prefault('2s').describe('For which clients in the midst of reading still find the signature of before'),
    adopt: z.boolean().default(false).describe('Takes over what another key signed; for the one release after the key was changed'),
    gpgcheck: z.boolean().optional().describe('Clients refuse packages that are not signed; default when the repository is signed'),
  });
  const places = (one: Place): number => [one.path, one.s3, one.sftp].filter((place) => place !== undefined).length;
  return object.refine((one) => places(one as Place) === 1, { error: 'one of "path", "s3" and "sftp" is needed' }) as unknown as Schema;
};

export function checksPackages({ gpgcheck, sign }: Pick<YumOptions, 'gpgcheck' | 'sign'>): boolean {
  return gpgcheck ?? sign !== false;
}

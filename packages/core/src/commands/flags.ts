import * as Flags from '@oclif/core/flags';
import type { BooleanFlag, OptionFlag } from '@oclif/core/interfaces';
import { RELEASE_TYPES, type ReleaseType } from '../versions/release-type.ts';
import { DURATION, quantityFlag, SIZE } from './quantity.ts';

/** Flags that commands share, in groups to compose: `flags: { ...projectFlags, ...selectionFlags }`. Singular names are canonical. */

type Text = OptionFlag<string | undefined>;
type Texts = OptionFlag<string[] | undefined>;
type Amount = OptionFlag<number | undefined>;
type Switch = BooleanFlag<boolean>;

/** Every command has these. */
export const outputFlags: { readonly json: Switch; readonly quiet: Switch; readonly verbose: Switch } = {
  json: Flags.boolean({ summary: 'Print one JSON object per line', helpGroup: 'OUTPUT', exclusive: ['quiet'] }),
  quiet: Flags.boolean({ char: 'q', summary: 'Print errors only', helpGroup: 'OUTPUT' }),
  verbose: Flags.boolean({ summary: 'Print details too', helpGroup: 'OUTPUT' }),
};

/** Which project. */
export const projectFlags: { readonly config: Text; readonly product: Text } = {
  config: Flags.string({ char: 'c', summary: 'Configuration file', helpValue: 'FILE' }),
  product: Flags.string({ summary: 'Product, when the configuration has several', helpValue: 'NAME' }),
};

/** Which release. */
export const releaseFlags: { readonly version: Text; readonly snapshot: Switch } = {
  version: Flags.string({ summary: 'Version of the release, instead of the configured one', helpValue: 'SEMVER' }),
  snapshot: Flags.boolean({ summary: 'A version made from the commit; published nowhere but locally' }),
};

/** Which version comes next. */
export const versionFlags: { readonly 'release-type': OptionFlag<ReleaseType | undefined>; readonly 'pre-release': Switch; readonly 'pre-id': Text } =
  {
    'release-type': Flags.option({
      options: RELEASE_TYPES,
      summary: `The version after the last tag: ${RELEASE_TYPES.join(', ')}; auto = by the commits since`,
      helpValue: 'TYPE',
    })(),
    'pre-release': Flags.boolean({ summary: 'A pre-release of that version: the next rc, or what the last one was' }),
    'pre-id': Flags.string({ summary: 'A pre-release with this identifier, such as beta', helpValue: 'ID' }),
  };

/** Which cells of the plan. */
export const selectionFlags: { readonly platform: Texts; readonly variant: Texts; readonly format: Texts } = {
  platform: list({ char: 'p', aliases: ['platforms'], summary: 'Platforms: name, OS, os/arch, triple or glob', helpValue: 'PLATFORM' }),
  variant: list({ aliases: ['variants'], summary: 'Variants', helpValue: 'VARIANT' }),
  format: list({
    char: 'f',
    aliases: ['formats'],
    summary: 'Formats: key, instance or group (archive, package, installer, container)',
    helpValue: 'FORMAT',
  }),
};

/** Which steps and instances. */
export const stepFlags: { readonly skip: Texts; readonly only: Texts } = {
  skip: list({ summary: 'Leave out steps or instances', helpValue: 'STEP|ID' }),
  only: list({ summary: 'Do only these steps or instances', helpValue: 'STEP|ID', exclusive: ['skip'] }),
};

/** How much of the machine and for how long. */
export const resourceFlags: { readonly jobs: Amount; readonly memory: Amount; readonly timeout: Amount } = {
  jobs: Flags.integer({ char: 'j', summary: 'Jobs side by side', helpValue: 'N', helpGroup: 'RESOURCE', min: 1 }),
  memory: quantityFlag('memory', SIZE, { summary: 'Memory for running jobs, as 512MiB or 2GiB', helpValue: 'SIZE', helpGroup: 'RESOURCE' }),
  timeout: quantityFlag('timeout', DURATION, { summary: 'Time for the whole run, as 90s, 30m or 1h', helpValue: 'TIME', helpGroup: 'RESOURCE' }),
};

/** Where artifacts go. */
export const placeFlags: { readonly 'output-dir': Text } = {
  'output-dir': Flags.string({ char: 'o', summary: 'Folder for artifacts', helpValue: 'DIR' }),
};

/** For commands that change something. */
export const lockFlags: { readonly 'break-lock': Switch } = {
  'break-lock': Flags.boolean({ summary: 'Take over the lock of another machine' }),
};

export const dryRunFlags: { readonly 'dry-run': Switch } = {
  'dry-run': Flags.boolean({ char: 'n', summary: 'Show what would be done; change nothing' }),
};

interface Described {
  readonly summary: string;
  readonly helpValue: string;
  readonly helpGroup?: string;
  readonly char?: 'p' | 'f';
  readonly aliases?: string[];
  readonly exclusive?: string[];
}

/** A list by commas, by repetition, or both. */
export function list(described: Described): Texts {
  return Flags.string({ ...described, multiple: true, multipleNonGreedy: true, delimiter: ',' });
}

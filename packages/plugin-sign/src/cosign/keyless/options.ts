import type { KeyDefinition, OptionsKit, Secret } from '@provisioning-dist/core';

export interface KeylessOptions {
  /** Whose signatures these are, as Fulcio writes it into certificates; `*` stands for anything. */
  readonly identity: string;
  /** Who vouches for the identity. */
  readonly issuer: string;
  /** The token, or what GitHub gives one for at `tokenUrl`. */
  readonly identityToken: Secret;
  readonly tokenUrl?: string | undefined;
  /** For whom GitHub makes the token. */
  readonly audience: string;
  readonly fulcio: string;
  readonly rekor: string;
  /** Path of `trusted_root.json`; absent = that of the public good instance. */
  readonly trustedRoot?: string | undefined;
}

const FULCIO = 'https://fulcio.sigstore.dev';
const REKOR = 'https://rekor.sigstore.dev';

type Schema<Value> = ReturnType<KeyDefinition<Value>['options']>;

export function keylessSchema(kit: OptionsKit): Schema<KeylessOptions> {
  const { z, secret, path } = kit;
  const url = () => z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''));
  return z
    .strictObject({
      identity: z
        .string()
        .regex(/[^*\s]/, 'it would be anybody')
        .describe('Whose signatures these are, as certificates have it: a workflow, an address; * stands for anything'),
      issuer: z.url().describe('Who vouches for the identity'),
      identityToken: secret().optional().describe('The OIDC token; default: what GitHub Actions gives, or SIGSTORE_ID_TOKEN'),
      audience: z.string().min(1).default('sigstore').describe('For whom GitHub Actions makes the token'),
      fulcio: url().prefault(FULCIO).describe('Where certificates come from'),
      rekor: url().prefault(REKOR).describe('The log signatures are written into'),
      trustedRoot: path().optional().describe('File with the keys of an instance of your own (trusted_root.json)'),
    })
    .refine(({ fulcio, rekor, trustedRoot }) => trustedRoot !== undefined || (fulcio === FULCIO && rekor === REKOR), {
      message: 'an instance of your own needs its "trustedRoot"',
    })
    .transform(({ identityToken, ...options }) => ({ ...options, ...tokenSource(identityToken, kit) }));
}

/** What CI systems have at hand. The choice is made here, so that a snapshot without a token is one whose secret is not set. */
function tokenSource(given: Secret | undefined, { secret }: OptionsKit): Pick<KeylessOptions, 'identityToken' | 'tokenUrl'> {
  if (given) return { identityToken: given };
  const tokenUrl = process.env.ACTIONS_ID_TOKEN_REQUEST_URL;
  if (tokenUrl) return { tokenUrl, identityToken: secret().parse({ env: 'ACTIONS_ID_TOKEN_REQUEST_TOKEN' }) };
  return { identityToken: secret().parse({ env: 'SIGSTORE_ID_TOKEN' }) };
}

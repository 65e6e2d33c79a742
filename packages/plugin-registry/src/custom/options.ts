import type { OptionsKit, RegistryDefinition, Secret } from '@provisioning-dist/core';
import { headerNameProblem, headerValueProblem } from '../header.ts';
import { ARTIFACT_FIELDS, addressProblem, RELEASE_FIELDS } from './address.ts';
import { fieldsOf, templateProblem } from './template.ts';

export interface Auth {
  readonly bearer?: Secret | undefined;
  readonly basic?: { readonly user: string; readonly password: Secret } | undefined;
  readonly header?: { readonly name: string; readonly value: Secret } | undefined;
  readonly credentialsFile?: string | undefined;
}

export interface TlsFiles {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface Probe {
  readonly method: 'HEAD' | 'GET';
  /** Where the server tells the sha256 of what it has, beside the headers that are known. */
  readonly header?: string | undefined;
  /** Bytes of content that is read to be compared. */
  readonly limit: number;
}

export interface PointerOptions {
  readonly url: string;
  readonly body: string | Readonly<Record<string, string>>;
  readonly contentType: string;
}

export interface CustomOptions {
  readonly url: string;
  /** Read without credentials: true = `url`, a text = that address. */
  readonly public: boolean | string;
  readonly method: 'PUT' | 'POST';
  readonly headers: Readonly<Record<string, string | Secret>>;
  readonly auth?: Auth | undefined;
  readonly tls?: TlsFiles | undefined;
  readonly checksumHeaders: Readonly<Record<string, string>>;
  readonly digest: boolean;
  readonly probe: false | Probe;
  readonly conditional: boolean;
  readonly delete?: { readonly method: 'DELETE' | 'POST'; readonly url?: string | undefined } | undefined;
  readonly pointer?: PointerOptions | undefined;
  readonly journal?: string | undefined;
  /** Kinds, formats and instance ids; absent = all. */
  readonly artifacts?: readonly string[] | undefined;
}

type Schema<Options> = ReturnType<RegistryDefinition<Options>['options']>;

const CHECKSUM_FIELDS: readonly string[] = ['sha256', 'sha256base64', 'size', 'artifact', 'version'];
const BODY_FIELDS: readonly string[] = [...RELEASE_FIELDS, 'date', 'commit', 'manifest'];

/** The same as in a folder, but that `manifest` is an address. */
const POINTER_BODY: PointerOptions['body'] = { name: '{name}', version: '{version}', commit: '{commit}', date: '{date}', manifest: '{manifest}' };

const PROBE_LIMIT = 64 * 1024 * 1024;

export function customOptions(kit: OptionsKit): Schema<CustomOptions> {
  const { z } = kit;
  const object = z.object({
    url: artifactAddress(kit).describe('Where an artifact is sent'),
    public: z
      .union([z.boolean(), artifactAddress(kit)])
      .default(false)
      .describe('Read without credentials: true = "url", or another address'),
    method: z.enum(['PUT', 'POST']).default('PUT'),
    headers: headers(kit),
    auth: auth(kit).optional(),
    tls: tls(kit).optional(),
    checksumHeaders: checksumHeaders(kit),
    digest: z.boolean().default(false).describe('Send Content-Digest and Repr-Digest (RFC 9530)'),
    probe: probe(kit),
    conditional: z.boolean().default(false).describe('Send If-None-Match: * and, where the server gives an ETag, If-Match'),
    delete: z
      .object({ method: z.enum(['DELETE', 'POST']).default('DELETE'), url: artifactAddress(kit).optional() })
      .optional()
      .describe('How something is taken away; absent = the server offers no way'),
    pointer: pointer(kit).optional(),
    journal: address(kit, RELEASE_FIELDS).optional().describe('Where the journal of a release is kept'),
    artifacts: z.array(z.string().min(1)).min(1).optional().describe('Kinds, formats and instances that are sent; absent = all'),
  });
  const checked = object.superRefine((options, context) => {
    const problem = combinationProblem(options as CustomOptions);
    if (problem) context.addIssue({ code: 'custom', ...problem });
  });
  return checked as unknown as Schema<CustomOptions>;
}

function combinationProblem({ method, probe, url }: CustomOptions): { readonly path: string[]; readonly message: string } | undefined {
  if (method === 'POST' && probe === false) return { path: ['probe'], message: 'a POST must not be repeated blindly: it needs a probe' };
  if (!fieldsOf(url).some((field) => field === 'artifact' || field === 'sha256'))
    return { path: ['url'], message: 'it needs {artifact} or {sha256}: all artifacts would go to one address' };
  return undefined;
}

function address({ z }: OptionsKit, fields: readonly string[]): Schema<string> {
  return z
    .string()
    .refine((text) => addressProblem(text, fields) === undefined, { error: ({ input }) => addressProblem(String(input), fields) ?? '' });
}

function artifactAddress(kit: OptionsKit): Schema<string> {
  return address(kit, ARTIFACT_FIELDS);
}

function headerName({ z }: OptionsKit) {
  return z.string().refine((name) => headerNameProblem(name) === undefined, { error: ({ input }) => headerNameProblem(String(input)) ?? '' });
}

function headers(kit: OptionsKit) {
  const { z, secret } = kit;
  const value = z
    .string()
    .refine((text) => headerValueProblem(text) === undefined, { error: ({ input }) => headerValueProblem(String(input)) ?? '' });
  return z
    .record(headerName(kit), z.union([value, secret()]))
    .default({})
    .describe('Further headers of what is sent; values or secrets');
}

function checksumHeaders(kit: OptionsKit) {
  const { z } = kit;
  const problemOf = (text: string) => templateProblem(text, CHECKSUM_FIELDS) ?? headerValueProblem(text);
  const value = z.string().refine((text) => problemOf(text) === undefined, { error: ({ input }) => problemOf(String(input)) ?? '' });
  return z
    .record(headerName(kit), value)
    .default({})
    .describe(`Headers by template of the fields {${CHECKSUM_FIELDS.join('}, {')}}`);
}

function auth(kit: OptionsKit) {
  const { z, secret, path } = kit;
  const user = z
    .string()
    .min(1)
    .refine((text) => !text.includes(':') && headerValueProblem(text) === undefined, { error: 'a user has no colon and no control characters' });
  return z
    .object({
      bearer: secret().optional(),
      basic: z.object({ user, password: secret() }).optional(),
      header: z.object({ name: headerName(kit), value: secret() }).optional(),
      credentialsFile: path().optional().describe('netrc or JSON, for its owner alone'),
    })
    .refine((given) => Object.values(given).filter((value) => value !== undefined).length === 1, {
      error: 'give one of "bearer", "basic", "header" and "credentialsFile"',
    });
}

function tls({ z, path }: OptionsKit) {
  return z
    .object({
      ca: path().optional().describe('Certificates trusted instead of the system, PEM'),
      cert: path().optional().describe('Our certificate, PEM'),
      key: path().optional().describe('Its private key, PEM, for its owner alone'),
    })
    .refine(({ cert, key }) => (cert === undefined) === (key === undefined), { error: '"cert" and "key" go together' });
}

function probe(kit: OptionsKit) {
  const { z, bytes } = kit;
  const shape = z.object({
    method: z.enum(['HEAD', 'GET']).default('HEAD'),
    header: headerName(kit).optional().describe('Header that tells the sha256'),
    limit: bytes().prefault(PROBE_LIMIT).describe('Bytes read to compare content where no header tells'),
  });
  return z
    .union([z.literal(false), shape])
    .prefault({})
    .describe('How to see what is there; false = never look');
}

function pointer(kit: OptionsKit) {
  const { z } = kit;
  const text = z.string().refine((template) => templateProblem(template.replaceAll('\n', ''), BODY_FIELDS) === undefined, {
    error: ({ input }) => templateProblem(String(input).replaceAll('\n', ''), BODY_FIELDS) ?? '',
  });
  return z.object({
    url: address(kit, RELEASE_FIELDS).describe('What clients ask for the newest version'),
    body: z
      .union([text, z.record(z.string(), text)])
      .default(POINTER_BODY)
      .describe(`Text, or members of a JSON object, of the fields {${BODY_FIELDS.join('}, {')}}`),
    contentType: z
      .string()
      .regex(/^[\w.+-]+\/[\w.+-]+(?:; ?[\w-]+=[\w.-]+)*$/)
      .default('application/json'),
  });
}

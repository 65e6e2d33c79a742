import { readFileSync } from 'node:fs';
import type { RegistryDefinition, Secret } from '@provisioning-dist/core';
import { openStorage, type Storage } from '@provisioning-dist/storage';
import { headerNameProblem, headerValueProblem } from '../header.ts';
import { type StoreOptions, storeShape } from '../store/options.ts';

export interface S3RegistryOptions extends StoreOptions {
  readonly bucket: string;
  readonly endpoint: string;
  readonly prefix?: string | undefined;
  readonly region?: string | undefined;
  readonly addressing: 'path' | 'host';
  readonly accessKey: Secret;
  readonly secretKey: Secret;
  readonly sessionToken?: Secret | undefined;
  readonly ca?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

type Schema = ReturnType<RegistryDefinition<S3RegistryOptions>['options']>;

export const s3Options: RegistryDefinition<S3RegistryOptions>['options'] = (kit) => {
  const { z, secret, path } = kit;
  const header = z
    .string()
    .refine((text) => headerValueProblem(text) === undefined, { error: ({ input }) => headerValueProblem(String(input)) ?? '' });
  const name = z.string().refine((text) => headerNameProblem(text) === undefined, { error: ({ input }) => headerNameProblem(String(input)) ?? '' });
  return z.object({
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: 'it is no name of a bucket' }),
    endpoint: z.url({ protocol: /^https?$/ }).describe('Address of the service'),
    prefix: z
      .string()
      .refine((text) => /^[^/\\?#%]+(?:\/[^/\\?#%]+)*$/.test(text) && !text.split('/').some((part) => part === '.' || part === '..'), {
        error: 'it is no relative path',
      })
      .optional()
      .describe('Folder in the bucket'),
    region: z
      .string()
      .regex(/^[a-z0-9-]+$/)
      .optional()
      .describe('Default us-east-1'),
    addressing: z.enum(['path', 'host']).default('path').describe("The bucket in the address's path or host"),
    accessKey: secret(),
    secretKey: secret(),
    sessionToken: secret().optional(),
    ca: path().optional().describe('Certificates trusted instead of the system, PEM'),
    headers: z.record(name, header).default({}).describe('Of everything stored: cache-control, x-amz-acl'),
    ...storeShape(kit),
  }) as unknown as Schema;
};

export async function openS3(options: S3RegistryOptions): Promise<Storage> {
  const { bucket, endpoint, prefix = '', region, addressing, ca, headers } = options;
  const query = new URLSearchParams({ endpoint, addressing, ...(region !== undefined && { region }) });
  const credentials = async () => ({
    accessKeyId: await options.accessKey.reveal(),
    secretAccessKey: await options.secretKey.reveal(),
    ...(options.sessionToken && { sessionToken: await options.sessionToken.reveal() }),
  });
  const headersOf = (key: string) => ({ ...(key.endsWith('.json') && { 'content-type': 'application/json' }), ...headers });
  return await openStorage(`s3://${bucket}/${encodeURI(prefix)}?${query}`, {
    s3: { credentials, headers: headersOf, ...(ca !== undefined && { ca: readFileSync(ca, 'utf8') }) },
  });
}

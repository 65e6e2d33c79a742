import { type ArtifactRef, defineEffect, type Effect, type EffectContext } from '@provisioning-dist/core';
import { addressOf } from './address.ts';
import { base64Of, digestField } from './digest-field.ts';
import { cannotDelete, objectChanged, objectDiffers, objectUnknown } from './errors.ts';
import { look, type Seen } from './look.ts';
import type { CustomOptions } from './options.ts';
import { ask } from './request.ts';
import { render, type Values } from './template.ts';

export interface UploadInput {
  readonly artifact: ArtifactRef;
  readonly url: string;
  /** What addresses are made of, should another one be needed to take it away. */
  readonly values: Values;
}

export interface UploadResult {
  readonly url: string;
}

/** That it was begun: what is there since then may be ours, half of it too. */
export interface Begun {
  readonly begun: true;
}

type Context = EffectContext<CustomOptions, Begun>;

/** RFC 9110 15.5.13; repositories that keep what they have say 409. */
const REFUSED: readonly number[] = [409, 412];

/** Sends an artifact to its address; nobody is pointed to it yet. */
export const upload: Effect<UploadInput, UploadResult, CustomOptions, Begun> = defineEffect<UploadInput, UploadResult, CustomOptions, Begun>({
  name: 'custom.upload',
  key: ({ url, artifact }) => `${url}@${artifact.sha256}`,
  describe: ({ artifact, url }) => `upload ${artifact.name} to ${url.replace(/\?.*$/s, '')}`,
  preview: ({ url }) => ({ url }),
  probe: async (input, context) => {
    const seen = await look(context, input.url, { ...input.artifact, whole: context.before !== undefined });
    refuseDifferent(input, seen);
    if (seen.is === 'unknown' && context.options.probe !== false) throw objectUnknown(input.artifact.name, input.url);
    return seen.is === 'same' ? { url: input.url } : undefined;
  },
  before: async () => ({ begun: true }),
  apply: async (input, context) => {
    await send(input, context);
    return { url: input.url };
  },
  revert: async (input, _result, context) => {
    const seen = await look(context, input.url, { ...input.artifact, whole: true });
    if (seen.is === 'absent') return;
    if (seen.is !== 'same') throw objectChanged(input.url);
    await remove(input, seen.etag, context);
  },
});

function refuseDifferent({ artifact, url }: UploadInput, seen: Seen): void {
  if (seen.is === 'different') throw objectDiffers(artifact.name, url, { found: seen.found, wanted: artifact.sha256 });
}

async function send(input: UploadInput, context: Context): Promise<void> {
  const { artifact, url } = input;
  const { method, conditional } = context.options;
  const body = { file: context.file(artifact), size: artifact.size };
  const headers = {
    'content-type': 'application/octet-stream',
    ...checksums(input, context.options),
    ...(conditional && { 'if-none-match': '*' }),
  };
  const { status } = await ask(context, url, { method, headers, body, accept: conditional ? REFUSED : [412] });
  if (REFUSED.includes(status)) await expectSame(input, context);
}

/** Something is there that was not when it was looked at. */
async function expectSame(input: UploadInput, context: Context): Promise<void> {
  const seen = await look(context, input.url, { ...input.artifact, whole: true });
  refuseDifferent(input, seen);
  if (seen.is !== 'same') throw objectUnknown(input.artifact.name, input.url);
}

function checksums({ artifact: { name, sha256, size }, values }: UploadInput, { checksumHeaders, digest }: CustomOptions): Record<string, string> {
  const facts = { ...values, artifact: name, sha256, sha256base64: base64Of(sha256), size: String(size) };
  const own = Object.entries(checksumHeaders).map(([header, template]) => [header.toLowerCase(), render(template, facts)]);
  const field = digestField(sha256);
  return { ...(digest && { 'content-digest': field, 'repr-digest': field }), ...Object.fromEntries(own) };
}

/** Only what is still there as it was sent. */
async function remove({ url, values }: UploadInput, etag: string | undefined, context: Context): Promise<void> {
  const { delete: way, conditional } = context.options;
  if (!way) throw cannotDelete(url);
  const target = way.url === undefined ? url : addressOf(way.url, values);
  const headers = conditional && way.url === undefined && etag !== undefined ? { 'if-match': etag } : {};
  const { status } = await ask(context, target, { method: way.method, headers, accept: [404, 410, 412] });
  if (status === 412) throw objectChanged(url);
}

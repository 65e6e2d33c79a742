import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type ArtifactRef, DistError, defineEffect, type Effect, type EffectContext } from '@provisioning-dist/core';
import { manifestIn } from '../read-tarball.ts';
import { ask, escaped, type Packument, packument, tarballUrl } from './client.ts';
import { noManifest, otherContent, otherPackage, refused } from './errors.ts';
import type { NpmOptions } from './options.ts';

export interface PublishInput {
  readonly artifact: ArtifactRef;
  readonly name: string;
  readonly version: string;
  /** `sha512-…` in base64, as lock files have it. */
  readonly integrity: string;
  /** sha1 in hex. */
  readonly shasum: string;
}

export interface PublishResult {
  readonly name: string;
  readonly version: string;
}

type Context = EffectContext<NpmOptions>;
type PublishEffect = Effect<PublishInput, PublishResult, NpmOptions>;

/** Registries insist on a tag for what is published. Nobody installs by this one. */
export const STAGING_TAG = 'staged';

const STEPS = 'a registry never forgets a version: mark it with "npm deprecate NAME@VERSION REASON", and release a new one';

/** A platform's package: public at once, but nothing points to it. */
export const publishPlatform: PublishEffect = publishEffect('npm.publish-platform', false);

/** What people install. */
export const publishMain: PublishEffect = publishEffect('npm.publish-main', true);

function publishEffect(effect: string, visible: boolean): PublishEffect {
  return defineEffect<PublishInput, PublishResult, NpmOptions>({
    name: effect,
    visible,
    irreversible: STEPS,
    key: ({ name, version, integrity }) => `${name}@${version} ${integrity}`,
    describe: ({ name, version }) => `publish ${name}@${version}`,
    preview: ({ name, version }) => ({ name, version }),
    probe: async (input, context) => found(input, await packument(context, input.name)),
    apply: async (input, context) => {
      await publish(input, context);
      return { name: input.name, version: input.version };
    },
  });
}

/** Throws when the version is there with other content. */
function found({ name, version, integrity, shasum }: PublishInput, all: Packument | undefined): PublishResult | undefined {
  const there = all && Object.hasOwn(all.versions, version) ? all.versions[version] : undefined;
  if (!there) return undefined;
  const isSame = there.integrity === undefined ? there.shasum === shasum : there.integrity.split(/\s+/).includes(integrity);
  if (!isSame) throw otherContent(name, version, { found: there.integrity ?? `sha1 ${there.shasum}`, wanted: integrity });
  return { name, version };
}

/** Registries refuse a version that is there with 403 or 409, as they do for other reasons. */
async function publish(input: PublishInput, context: Context): Promise<void> {
  const { name, version } = input;
  const headers = { 'content-type': 'application/json', 'npm-command': 'publish' };
  const body = JSON.stringify(await document(input, context));
  try {
    await ask(context, `/${escaped(name)}`, { method: 'PUT', headers, body });
  } catch (error) {
    const status = error instanceof DistError ? error.data?.status : undefined;
    if (!(error instanceof DistError) || (status !== 403 && status !== 409) || error.data?.retryAfter !== undefined) throw error;
    if (!found(input, await packument(context, name))) throw refused(name, version, error);
  }
}

async function document({ artifact, name, version, integrity, shasum }: PublishInput, { file, options }: Context): Promise<object> {
  const path = file(artifact);
  const manifest = await manifestIn(createReadStream(path));
  if (!manifest) throw noManifest(artifact.name);
  if (manifest.name !== name || manifest.version !== version)
    throw otherPackage(artifact.name, `${manifest.name}@${manifest.version}`, `${name}@${version}`);
  const data = (await readFile(path)).toString('base64');
  const tarball = tarballUrl(options, name, version);
  return {
    _id: name,
    name,
    ...(manifest.description !== undefined && { description: manifest.description }),
    'dist-tags': { [STAGING_TAG]: version },
    versions: { [version]: { ...manifest, _id: `${name}@${version}`, dist: { integrity, shasum, tarball } } },
    ...(options.access !== undefined && { access: options.access }),
    _attachments: { [`${name}-${version}.tgz`]: { content_type: 'application/octet-stream', data, length: artifact.size } },
  };
}

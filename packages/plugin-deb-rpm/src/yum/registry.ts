import { type ArtifactRef, defineRegistry, type RegistryDefinition, type RegistryJob, type RegistryView } from '@provisioning-dist/core';
import { addressOf } from '../repository/locate.ts';
import { publicKeyText, type SetupFile } from '../repository/setup.ts';
import { currentRelease } from './change.ts';
import { noPackages } from './errors.ts';
import { keyOf, rpmsOf, wordOf } from './job.ts';
import { checksPackages, type YumOptions, yumOptions } from './options.ts';
import { preflight } from './preflight.ts';
import { record } from './record.ts';
import { rollback } from './rollback.ts';
import { printRepo } from './setup.ts';
import { back, repositoryOf, update } from './update.ts';
import { upload } from './upload.ts';
import { verify } from './verify.ts';

type Job = RegistryJob<YumOptions>;

/** A yum repository: rpms and the metadata dnf, yum and zypper read. */
export const yum: RegistryDefinition<YumOptions> = defineRegistry<YumOptions>({
  options: yumOptions,
  effects: [upload, update, back],
  preflight,
  locate,
  publish,
  current: async (job) => currentRelease((await repositoryOf(job)).state, job.release.name),
  verify,
  rollbackModes: ['retarget'],
  rollback,
  record,
});

async function publish(job: Job): Promise<void> {
  const packages = rpmsOf(job).map(({ name, size, sha256 }) => ({ artifact: { name, size, sha256 }, key: keyOf(job, name) }));
  if (packages.length === 0) throw noPackages(job.id);
  await Promise.all(packages.map((each) => job.effect(upload, each)));
  const { name, version, date } = job.release;
  await job.effect(update, { release: { name, version, date }, packages, setup: await setupFiles(job) });
}

async function setupFiles({ options, release: { name }, key }: Job): Promise<readonly SetupFile[]> {
  const { sign, url } = options;
  const id = wordOf(name);
  const publicKey = sign === false ? undefined : publicKeyText(await key(sign).info());
  // zypper asks for the second one.
  const keys = publicKey === undefined ? [] : [`${id}.asc`, 'repodata/repomd.xml.key'].map((path) => ({ key: path, text: publicKey }));
  if (url === undefined || (sign !== false && publicKey === undefined)) return keys;
  const base = url.replace(/\/$/, '');
  const gpgkey = publicKey === undefined ? undefined : `${base}/${id}.asc`;
  return [...keys, { key: `${id}.repo`, text: printRepo({ id, title: name, url: `${base}/`, gpgcheck: checksPackages(options), gpgkey }) }];
}

function locate({ name }: ArtifactRef, view: RegistryView<YumOptions>): string | undefined {
  return name.endsWith('.rpm') ? addressOf(view.options, keyOf(view, name)) : undefined;
}

import { mkdtempSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BuildJob, BuildOutput } from '@provisioning-dist/core';
import { fromDirectory } from './directory.ts';
import { packFailed, packGaveNothing, wrongDigest } from './errors.ts';
import { extract } from './extract.ts';
import { installed } from './installed.ts';
import { digestOf, recall, remember } from './kept.ts';
import { type Found, members } from './members.ts';
import { npmEnvironment } from './npm-environment.ts';
import type { NpmRequest } from './request.ts';

type Job = BuildJob<unknown>;

/**
 * Outputs of an npm package: referenced where it is installed in this very version, else taken from its tarball.
 * With `integrity` always from the tarball, as an installed folder cannot be checked against it.
 */
export async function fromNpm(job: Job, wanted: NpmRequest): Promise<readonly BuildOutput[]> {
  const folder = wanted.integrity === undefined ? installed(job.root, wanted) : undefined;
  if (folder !== undefined) return fromDirectory(folder, { kind: 'from', from: folder, picks: wanted.picks });
  const key = ['npm', wanted.name, wanted.version, wanted.integrity ?? null, wanted.picks];
  return (await recall(job.buildDir, key)) ?? remember(job.buildDir, key, await fetched(job, wanted));
}

async function fetched(job: Job, wanted: NpmRequest): ReturnType<typeof extract> {
  const spec = `${wanted.name}@${wanted.version}`;
  job.log.info(`fetch ${spec}`);
  const tarball = await pack(job, spec);
  if (wanted.integrity !== undefined) await checkIntegrity(tarball, spec, wanted.integrity);
  return extract(inside(members(tarball, spec)), wanted.picks, { folder: job.buildDir, source: spec, signal: job.signal });
}

/** npm fetches by the user's own registry, proxy and credentials, and checks the registry's integrity value. */
async function pack(job: Job, spec: string): Promise<string> {
  const folder = mkdtempSync(join(job.tmp(), 'npm-'));
  try {
    await job.exec(['npm', 'pack', spec, '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: job.root,
      env: npmEnvironment(job.root),
    });
  } catch (cause) {
    throw packFailed(spec, npmCode(cause), cause);
  }
  const [tarball, ...more] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  if (tarball === undefined || more.length > 0) throw packGaveNothing(spec, readdirSync(folder));
  return resolve(folder, tarball);
}

async function checkIntegrity(tarball: string, spec: string, expected: string): Promise<void> {
  const algorithm = expected.slice(0, expected.indexOf('-'));
  const found = `${algorithm}-${(await digestOf(tarball, algorithm)).toString('base64')}`;
  if (found !== expected) throw wrongDigest(spec, 'integrity', { expected, found });
}

/** npm leaves out the first path segment, whatever its name (usually `package/`). */
async function* inside(found: AsyncIterable<Found>): AsyncGenerator<Found> {
  for await (const member of found) yield { ...member, path: member.path.slice(member.path.indexOf('/') + 1) };
}

/** npm's own error code (`E404`) from its report, or `ENOENT` when there is no npm. */
function npmCode(error: unknown): string | undefined {
  const { code, message = '' } = error as { readonly code?: unknown; readonly message?: string };
  return code === 'program-missing' ? 'ENOENT' : /\bcode\W{1,5}(E[A-Z0-9_]+)/.exec(message)?.[1];
}

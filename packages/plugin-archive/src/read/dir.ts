import { createReadStream, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import type { Distribution, Finding, ReadSource } from '@provisioning-dist/core';
import { checkTree } from './checks.ts';
import { type Listed, summarize } from './listed.ts';
import { artifactName, unreadable } from './unreadable.ts';

/** A folder keeps neither order, owner nor time: only its tree is checked. */
export async function readDirectory(source: ReadSource, distribution?: Distribution): Promise<readonly Finding[]> {
  const name = artifactName(source);
  try {
    const paths = readdirSync(source.path, { recursive: true, encoding: 'utf8' });
    const entries = await Promise.all(paths.map((path) => describe(source.path, path.replaceAll('\\', '/'))));
    return checkTree(entries, distribution);
  } catch (error) {
    return [unreadable(name, error)];
  }
}

async function describe(root: string, path: string): Promise<Listed> {
  const file = `${root}/${path}`;
  const stat = lstatSync(file);
  const mode = stat.mode & 0o7777;
  if (stat.isDirectory()) return { path, type: 'directory', mode };
  if (stat.isSymbolicLink()) return { path, type: 'symlink', mode, target: readlinkSync(file) };
  if (!stat.isFile()) return { path, type: 'other', mode };
  return { path, type: 'file', mode, content: await summarize(createReadStream(file)) };
}

import { chmodSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ContentStore } from '@provisioning-dist/payload';
import { DistError } from '../errors.ts';
import type { LayoutMember } from '../jobs.ts';
import type { Artifact } from '../model/artifact.ts';
import { destinationProblem } from '../model/path-rules.ts';
import { digestOfLines, layoutLine } from './layout-digest.ts';
import { writeParts } from './output.ts';
import { writeProblem } from './output-errors.ts';
import { removeAny } from './remove-tree.ts';

export interface LayoutOptions {
  readonly path: string;
  readonly store: ContentStore;
  readonly signal: AbortSignal;
}

/** Writes a directory tree beside its final name and moves it there whole; its digest is the one of its `sha256sum` listing. */
export async function writeLayout(members: Iterable<LayoutMember>, options: LayoutOptions): Promise<Pick<Artifact, 'size' | 'sha256' | 'digests'>> {
  const { path } = options;
  const temporary = join(dirname(path), `.${basename(path).slice(0, 60)}.tmp-${process.pid}`);
  try {
    removeAny(temporary);
    const written = await writeMembers(members, temporary, options);
    removeAny(path);
    renameSync(temporary, path);
    return written;
  } catch (error) {
    removeAny(temporary);
    throw writeProblem(path, error);
  }
}

async function writeMembers(members: Iterable<LayoutMember>, root: string, { path, store, signal }: LayoutOptions) {
  const lines: string[] = [];
  const directories = new Map<string, number>([['', 0o755]]);
  let size = 0;
  mkdirSync(root, 0o700);
  for (const member of members) {
    const target = join(root, checkedPath(member.path, directories, path));
    if (member.type === 'directory') {
      mkdirSync(target, 0o700);
      directories.set(member.path, member.mode);
    } else if (member.type === 'symlink') symlinkSync(member.target, target);
    else {
      const written = await writeParts(member.parts, { path: target, store, mode: member.mode, signal });
      size += written.size;
      lines.push(layoutLine(written.digests.sha256, member.path));
    }
  }
  // last and deepest first, whatever the umask: a mode may forbid writing into the directory
  for (const [directory, mode] of [...directories].reverse()) chmodSync(join(root, directory), mode);
  const sha256 = digestOfLines(lines);
  return { size, sha256, digests: { sha256 } };
}

/** Below a directory of the layout itself: never through a link, never outside. */
function checkedPath(member: string, directories: ReadonlyMap<string, number>, layout: string): string {
  const parent = member.slice(0, Math.max(0, member.lastIndexOf('/')));
  const problem = destinationProblem(member) ?? (directories.has(parent) ? undefined : `"${parent}" is no directory of it`);
  if (problem !== undefined) throw new DistError('layout-path', `Cannot write "${member}" into "${layout}": ${problem}`);
  return member;
}

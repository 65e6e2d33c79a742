import archives from '@provisioning-dist/plugin-archive';
import { encodedOnce } from '../encoded.ts';
import { OURS } from '../gates.ts';
import type { Payload } from '../payloads.ts';
import { type Project, type ProjectOptions, project } from '../project.ts';
import type { Case, Contestant, Output } from '../rounds.ts';
import { type Archive, type Tree, verify } from '../verify.ts';

/** A case is known by its name before its payload is made. */
export interface CaseMaker {
  readonly name: string;
  /** Why it cannot run here. */
  readonly skipped?: string | undefined;
  readonly make: () => Omit<Case, 'name'>;
}

/** Why a case about a format cannot run. */
export function withoutFormat(format: string): string | undefined {
  return format in (archives.formats ?? {}) ? undefined : `there is no format ${format} yet`;
}

export interface Ours {
  readonly contestant: Contestant;
  readonly made: Project;
  /** For runs that find contents encoded before. */
  readonly verify: () => Output;
}

export interface OursOptions extends ProjectOptions {
  /** What each artifact must hold. */
  readonly trees: readonly Tree[];
  /** False where encoder input cannot be counted from outside. */
  readonly counted?: boolean;
}

/** Our command line over a payload, from nothing. */
export function ours(payload: Payload, { trees, counted = true, ...options }: OursOptions): Ours {
  const made = project(payload, options);
  const archives = made.artifacts.map((path, index): Archive => ({ path, tree: trees[index] ?? trees[0] ?? { name: payload.name, files: [] } }));
  const sizes = new Map(payload.files.map(({ sha256, size }) => [sha256, size]));
  const check = (): Output => ({ ...verify(archives), encoded: made.encoded() });
  let needed: number | undefined;
  const checkCold = (): Output => {
    const output = check();
    if (!counted) return output;
    needed ??= encodedOnce(archives, (sha256) => sizes.get(sha256) ?? 0);
    return { ...output, excess: Math.abs((output.encoded ?? 0) - needed) };
  };
  return { made, verify: check, contestant: { name: OURS, prepare: made.clean, command: made.command, verify: checkCold } };
}

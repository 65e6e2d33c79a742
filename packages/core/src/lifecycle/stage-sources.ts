import { basename, resolve } from 'node:path';
import type { ContentRule } from '../config/config.ts';
import { positionOf } from '../config/position.ts';
import type { DistError } from '../errors.ts';
import type { BuildOutput } from '../jobs.ts';
import { descentTest, globTest, isGlob, splitGlob, unescapeGlob } from '../model/glob.ts';
import { badSource, nothingMatches, outputMissing, sourceMissing, vanished } from './stage-errors.ts';
import { type Found, follow, foundOf, lookAt, walkFolder } from './stage-files.ts';

/** Fills the fields of a configured text. `glob` leaves braces alone that read as no field. */
export type StageTemplate = (text: string, position: ReturnType<typeof positionOf>, options?: { readonly glob?: boolean }) => string;

export interface Sources {
  /** Absolute. */
  readonly root: string;
  /** Folders we write into: a pattern must not find what an earlier run made. */
  readonly own: readonly string[];
  readonly outputs: readonly BuildOutput[];
  readonly template: StageTemplate;
  readonly report: (problem: DistError) => void;
}

/** What a rule's `from` gives: one thing that may be renamed, or things that keep their paths below the destination. */
export type Sourced = { readonly single: Found; readonly name: string } | { readonly tree: readonly Found[] };

const BUILD = /^\{\s*build\s*\}(?:\/+|$)/;

/** Finds what a rule's `from` means. Undefined when it gives nothing; the reason is reported where it is a problem. */
export function sourcesOf(rule: ContentRule, sources: Sources): Sourced | undefined {
  if (rule.from === undefined) {
    sources.report(sourceMissing(rule));
    return undefined;
  }
  const built = BUILD.exec(rule.from)?.[0];
  const text = sources.template(rule.from.slice(built?.length ?? 0), positionOf(rule, 'from'), { glob: true });
  const problem = textProblem(text, built !== undefined);
  if (problem !== undefined) sources.report(badSource(rule, rule.from, problem));
  if (problem !== undefined) return undefined;
  return built === undefined ? fromProject(rule, text, sources) : fromOutputs(rule, text, sources);
}

function textProblem(text: string, mayBeEmpty: boolean): string | undefined {
  if (text.trim() === '' && !mayBeEmpty) return 'it is empty';
  return text.includes('\0') ? 'it holds a NUL character' : undefined;
}

function fromProject(rule: ContentRule, text: string, sources: Sources): Sourced | undefined {
  const sourced = isGlob(text) ? globbed(rule, text, sources) : written(rule, text, sources);
  if (sourced === undefined && !rule.optional) sources.report(nothingMatches(rule, text, sources.root));
  return sourced === 'refused' ? undefined : sourced;
}

/** `refused`: something was there, and what is wrong with it has been reported. */
type Outcome = Sourced | 'refused' | undefined;

function globbed(rule: ContentRule, text: string, { root, own, report }: Sources): Outcome {
  const { base, pattern } = splitGlob(text);
  const folder = resolve(root, base);
  const problems = counted(report);
  const followed = follow(folder, root, { rule, report: problems.report });
  if (!followed?.stats.isDirectory()) return problems.refused();
  const tree = walkFolder(followed.file, {
    rule,
    report: problems.report,
    select: globTest(pattern),
    descend: descentTest(pattern),
    dots: folder !== resolve(root) || pattern.startsWith('.'),
    own,
  });
  return tree.length === 0 ? problems.refused() : { tree };
}

function written(rule: ContentRule, text: string, { root, own, report }: Sources): Outcome {
  const file = resolve(root, unescapeGlob(text));
  const problems = counted(report);
  const look = { rule, report: problems.report };
  const followed = follow(file, root, look);
  if (!followed) return problems.refused();
  if (followed.stats.isDirectory()) return { tree: walkFolder(followed.file, { ...look, ...EVERYTHING, own, dots: file !== resolve(root) }) };
  const single = foundOf(followed.file, '', { stats: followed.stats, look });
  return single ? { single, name: basename(file) } : problems.refused();
}

const EVERYTHING = { select: () => true, descend: () => true };

function counted(report: (problem: DistError) => void): { report: (problem: DistError) => void; refused: () => 'refused' | undefined } {
  let count = 0;
  return {
    report: (problem) => {
      count++;
      report(problem);
    },
    refused: () => (count > 0 ? 'refused' : undefined),
  };
}

/** Builders name their outputs; where the files are is theirs to say, inside the project or not. */
function fromOutputs(rule: ContentRule, text: string, sources: Sources): Sourced | undefined {
  const pattern = text.replace(/\/+$/, '');
  if (pattern === '' || isGlob(pattern)) return outputsLike(rule, pattern, sources);
  const output = sources.outputs.find(({ name }) => name === unescapeGlob(pattern));
  if (!output) return missingOutput(rule, pattern, sources);
  const found = outputAt(output, rule, sources);
  if (!found) return undefined;
  return found.length === 1 && found[0]?.path === '' ? { single: found[0], name: basename(output.name) } : { tree: found };
}

function outputsLike(rule: ContentRule, glob: string, sources: Sources): Sourced | undefined {
  const { base } = glob === '' ? { base: '' } : splitGlob(glob);
  const matches = globTest(glob);
  const chosen = sources.outputs.filter(({ name }) => matches(name));
  if (chosen.length === 0) return missingOutput(rule, glob, sources);
  const tree = chosen.flatMap((output) => {
    const name = base === '' ? output.name : output.name.slice(base.length + 1);
    return (outputAt(output, rule, sources) ?? []).map((found) => ({ ...found, path: found.path === '' ? name : `${name}/${found.path}` }));
  });
  return { tree };
}

function missingOutput(rule: ContentRule, pattern: string, { outputs, report }: Sources): undefined {
  if (rule.optional) return undefined;
  report(
    outputMissing(
      rule,
      pattern,
      outputs.map(({ name }) => name),
    ),
  );
  return undefined;
}

/** The output itself (path empty), or what is in it when it is a folder. */
function outputAt(output: BuildOutput, rule: ContentRule, { root, report }: Sources): readonly Found[] | undefined {
  const file = resolve(root, output.file);
  const look = { rule, report };
  const followed = follow(file, resolve(file, '/'), look);
  if (!followed && !lookAt(file, look)) report(vanished(rule, file));
  if (!followed) return undefined;
  if (followed.stats.isDirectory()) return walkFolder(followed.file, { ...look, ...EVERYTHING, dots: true });
  const found = foundOf(followed.file, '', { stats: followed.stats, look });
  return found && [found];
}

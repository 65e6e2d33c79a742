import { debianArchitectures } from '@provisioning-dist/payload';
import { suggestedDepends } from '../libraries.ts';
import { mentions } from '../relations.ts';
import { error, note, type Problem, warning } from './findings.ts';
import type { Listed } from './listed.ts';

/** Programs and libraries: for which machine they are, and what they need. */

export interface ProgramFacts {
  readonly architecture: string;
  readonly depends: string;
}

export function programProblems(entries: readonly Listed[], facts: ProgramFacts): readonly Problem[] {
  return [...entries.flatMap((entry) => [...machineProblems(entry, facts), ...symbolProblems(entry)]), ...dependProblems(entries, facts)];
}

function machineProblems({ path, elf }: Listed, { architecture }: ProgramFacts): readonly Problem[] {
  if (elf === undefined) return [];
  if (architecture === 'all') return [error('program-in-all', 'It is a program of one machine in a package for all', path)];
  const fits = elf.cpu === undefined || debianArchitectures(elf.cpu).includes(architecture);
  return fits ? [] : [error('other-machine', `It is a program for ${elf.cpu}, the package is for ${architecture}`, path)];
}

/** Modules of the kernel, which are relocatable, need theirs. */
function symbolProblems({ path, elf, symbols }: Listed): readonly Problem[] {
  const strippable = elf?.type === 'executable' || elf?.type === 'shared';
  return strippable && symbols ? [warning('symbols', 'It is not stripped: no program needs the symbols to run', path)] : [];
}

/** What `depends` may lack: packages that are known, and libraries whose packages are not. */
function dependProblems(entries: readonly Listed[], { depends }: ProgramFacts): readonly Problem[] {
  const elves = entries.flatMap(({ elf }) => elf ?? []);
  const own = new Set(entries.flatMap(({ path, elf }) => [path.split('/').at(-1) ?? '', elf?.linking?.soname ?? '']));
  const { relations, unknown } = suggestedDepends(elves, own);
  const lacking = relations.filter((relation) => !mentions(depends, relation));
  return [
    ...(lacking.length === 0 ? [] : [note('depends', `Its programs need what "depends" does not name: ${lacking.join(', ')}`)]),
    ...(unknown.length === 0 ? [] : [note('libraries', `Its programs need libraries whose packages only "depends" can name: ${unknown.join(', ')}`)]),
  ];
}

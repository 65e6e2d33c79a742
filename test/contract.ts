import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ROOT } from './imports.ts';

/** The declarations plugins are compiled against: core's contract and what it is made of, and the two interfaces of the libraries below. */
const ENTRIES: readonly string[] = ['packages/core/dist/contract.d.ts', 'packages/payload/dist/part.d.ts', 'packages/storage/dist/storage.d.ts'];

/** Emitted by the compiler, comments left out. */
export function contractText(): string {
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-b', 'packages/core'], { cwd: ROOT, stdio: 'pipe' });
  const files = [...closure(ENTRIES.map((entry) => join(ROOT, entry)))].sort();
  return files.map((file) => `// ${relative(ROOT, file).replace('/dist/', '/')}\n${declarations(file)}`).join('\n');
}

function closure(start: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g)) {
      const target = resolve(dirname(file), specifier).replace(/\.ts$/, '.d.ts');
      if (existsSync(target)) visit(target);
    }
  };
  for (const file of start) visit(file);
  return found;
}

function declarations(file: string): string {
  const text = readFileSync(file, 'utf8')
    .replace(/\/\*\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');
  return `${text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n')}\n`;
}

/** Lines of the old contract that the new one lacks: what a plugin may rely on. Imports may move. */
export function lostLines(before: string, after: string): readonly string[] {
  const left = new Map<string, number>();
  for (const line of contractLines(after)) left.set(line, (left.get(line) ?? 0) + 1);
  return contractLines(before).filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

function contractLines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(import|\/\/)/.test(line));
}

import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const ROOT: string = join(import.meta.dirname, '..');

/** One import, type-only and dynamic ones included. Paths are relative to `packages/`, with `/`. */
export interface Import {
  readonly from: string;
  /** As written. */
  readonly specifier: string;
  /** The file in `packages/` it leads to; undefined for libraries and Node's own modules. */
  readonly to: string | undefined;
}

const STATEMENT = /^(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;

/** Source files of every package. */
export function sourceFiles(): readonly string[] {
  return globSync('packages/*/src/**/*.ts', { cwd: ROOT })
    .map((file) => file.replaceAll('\\', '/').replace(/^packages\//, ''))
    .sort();
}

export function sourceText(file: string): string {
  return readFileSync(join(ROOT, 'packages', file), 'utf8').replace(/^\s*(?:\/\*\*[\s\S]*?\*\/|\/\/.*)$/gm, '');
}

export function importsOf(file: string): readonly Import[] {
  return [...sourceText(file).matchAll(STATEMENT)].map(([, stated, called]) => {
    const specifier = stated ?? called ?? '';
    return { from: file, specifier, to: resolve(file, specifier) };
  });
}

function resolve(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return join(dirname(file), specifier).replaceAll('\\', '/');
  const own = /^@provisioning-dist\/([^/]+)$/.exec(specifier);
  return own ? `${own[1]}/src/index.ts` : undefined;
}

/** Every cycle once, as its files in order. */
export function cyclesOf(imports: readonly Import[]): readonly string[] {
  const targets = Map.groupBy(imports, ({ from }) => from);
  const finished = new Set<string>();
  const cycles = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start !== -1) cycles.add([...path.slice(start), file].join(' -> '));
    if (start !== -1 || finished.has(file)) return;
    for (const { to } of targets.get(file) ?? []) if (to !== undefined) visit(to, [...path, file]);
    finished.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  return [...cycles].sort();
}

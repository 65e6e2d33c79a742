import { error, type Problem } from './findings.ts';
import type { Listed } from './listed.ts';

/** `.PKGINFO`: the same grammar on both systems. */
export interface Info {
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly Problem[];
}

export function readInfo(entries: readonly Listed[]): Info {
  const file = entries.find(({ path }) => path === '.PKGINFO');
  if (file?.bytes === undefined) return { fields: new Map(), problems: [error('info', 'There is no .PKGINFO')] };
  const fields = new Map<string, string[]>();
  const problems: Problem[] = [];
  for (const line of file.bytes
    .toString('utf8')
    .split('\n')
    .filter((each) => each !== '' && !each.startsWith('#'))) {
    const [, key, value] = /^([a-z_]+) = (.+)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) problems.push(error('info', `The line ${JSON.stringify(line)} of .PKGINFO is no field`));
    else fields.set(key, [...(fields.get(key) ?? []), value]);
  }
  return { fields, problems };
}

/** What must be there once, and what nothing but one form may have. */
export function fieldProblems({ fields }: Info, rules: Readonly<Record<string, RegExp>>): readonly Problem[] {
  return Object.entries(rules).flatMap(([key, pattern]) => {
    const values = fields.get(key) ?? [];
    if (values.length !== 1) return [error('info', `.PKGINFO says ${values.length} times what "${key}" is`)];
    return pattern.test(values[0] ?? '') ? [] : [error('info', `The ${key} in .PKGINFO is "${values[0]}"`)];
  });
}

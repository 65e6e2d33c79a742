import { DistError, EXIT, type Where } from '../errors.ts';
import type { Platform } from './platform.ts';
import { canonicalName, cpuOf, osOf } from './platform-names.ts';
import { PLATFORMS } from './platform-table.ts';
import { matchesPlatform } from './selector.ts';
import { suggestion } from './suggest.ts';

export interface ResolvedPlatforms {
  /** In the order written. */
  readonly platforms: readonly Platform[];
  readonly problems: readonly DistError[];
}

/** Names one platform's file names cannot carry, or that mean something else: `any` is the platform of `arch: all`. */
const NAME = /^[a-z0-9][a-z0-9._]*(?:-[a-z0-9._]+)*$/;

/**
 * Rows for what `platforms:` says: names of the table (also as Rust triple, `os/arch` or `darwin-x64`, where that means exactly one row;
 * an msvc triple makes the Windows row an msvc one), and the user's own rows, which inherit the columns of a table row of the same name.
 */
export function resolvePlatforms(
  specs: readonly (string | Platform)[],
  whereOf: (index: number) => Where | undefined = () => undefined,
): ResolvedPlatforms {
  const platforms = new Map<string, Platform>();
  const problems: DistError[] = [];
  for (const [index, spec] of specs.entries()) {
    const found = typeof spec === 'string' ? tableRow(spec, whereOf(index)) : userRow(spec, whereOf(index));
    if (found instanceof DistError) problems.push(found);
    else if (platforms.has(found.name)) problems.push(twice(found.name, whereOf(index)));
    else platforms.set(found.name, Object.freeze(found));
  }
  return { platforms: [...platforms.values()], problems };
}

function tableRow(spec: string, where: Where | undefined): Platform | DistError {
  const text = spec.trim().toLowerCase();
  const named = PLATFORMS.find((platform) => platform.name === canonicalName(text));
  if (named) return named;
  const means = preferGnu(PLATFORMS.filter((platform) => matchesPlatform(text, platform)));
  const [only] = means;
  if (only === undefined) return unknown(spec, where);
  if (means.length > 1) return several(spec, means, where);
  return /-windows-(?:gnu|gnullvm|msvc)$/.test(text) ? { ...only, rust: text } : only;
}

/** `linux/arm64` as Go writes it leaves the libc open; the row without a suffix is meant. */
function preferGnu(rows: readonly Platform[]): readonly Platform[] {
  const gnu = rows.filter((row) => row.libc !== 'musl');
  return gnu.length === 1 ? gnu : rows;
}

function userRow(spec: Platform, where: Where | undefined): Platform | DistError {
  if (!NAME.test(spec.name) || spec.name === 'any') return badName(spec.name, where);
  const os = osOf(spec.os);
  if (os === undefined) return badOs(spec, where);
  return { ...PLATFORMS.find((platform) => platform.name === spec.name), ...spec, os, cpu: cpuOf(spec.cpu) };
}

function unknown(spec: string, where: Where | undefined): DistError {
  const names = PLATFORMS.map((platform) => platform.name);
  const near = suggestion(canonicalName(spec.trim().toLowerCase()), names);
  return problem('platform-unknown', `Cannot use platform "${spec}": it is not in the platform table`, {
    where,
    hint: `${near === undefined ? '' : `did you mean "${near}"? `}known are ${names.join(', ')}; others are written as { name, os, cpu, ... }`,
  });
}

function several(spec: string, means: readonly Platform[], where: Where | undefined): DistError {
  const names = means.map((platform) => platform.name).join(', ');
  return problem('platform-ambiguous', `Cannot use platform "${spec}": it means ${names}`, { where, hint: 'write the names of those you want' });
}

function twice(name: string, where: Where | undefined): DistError {
  return problem('platform-duplicate', `Cannot use platform "${name}": it is listed twice`, { where, hint: 'remove one of the two' });
}

function badName(name: string, where: Where | undefined): DistError {
  return problem(
    'platform-name',
    `Cannot use platform "${name}": the name is ${name === 'any' ? 'reserved for "arch: all"' : 'not made of a-z, 0-9, ".", "_" and single "-"'}`,
    {
      where,
      hint: 'name it like linux-armv7',
    },
  );
}

function badOs(spec: Platform, where: Where | undefined): DistError {
  return problem('platform-os', `Cannot use platform "${spec.name}": the operating system "${spec.os}" is unknown`, {
    where,
    hint: 'known are linux, macos, windows, freebsd',
  });
}

function problem(code: string, message: string, { where, hint }: { readonly where: Where | undefined; readonly hint: string }): DistError {
  return new DistError(code, message, { exit: EXIT.usage, hint, ...(where === undefined ? {} : { where }) });
}

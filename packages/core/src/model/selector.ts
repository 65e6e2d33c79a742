import picomatch from 'picomatch/posix.js';
import { DistError, EXIT, throwCollected } from '../errors.ts';
import type { Platform } from './platform.ts';
import { canonicalName, cpuOf, osOf, tripleFamily } from './platform-names.ts';
import { PLATFORMS } from './platform-table.ts';
import { suggestion } from './suggest.ts';

/**
 * The platforms that any of the selectors means, in the order of `among`: a name (`linux-amd64`, `darwin-x64`), an operating system
 * (`linux`, `darwin`, `win`), `os/arch` in Go's words or ours (`linux/arm64`, `linux/arm/v7`, `darwin/x86_64`), a Rust triple, or a glob
 * over names (`linux-*`). Throws all selectors that mean none of them, together.
 */
export function selectPlatforms(selectors: readonly string[], among: readonly Platform[]): readonly Platform[] {
  const chosen = selectors.map((selector) => among.filter((platform) => matchesPlatform(selector, platform)));
  throwCollected(selectors.filter((_, index) => chosen[index]?.length === 0).map((selector) => nothingSelected(selector, among)));
  const union = new Set(chosen.flat());
  return among.filter((platform) => union.has(platform));
}

/** Whether one selector means the platform. */
export function matchesPlatform(selector: string, platform: Platform): boolean {
  const text = selector.trim().toLowerCase();
  if (text === '') return false;
  if (text.includes('/')) return matchesPair(text, platform);
  if (/[*?[{]/.test(text)) return picomatch(text, { nonegate: true, noextglob: true })(platform.name);
  return canonicalName(text) === platform.name || osOf(text) === platform.os || isTripleOf(text, platform);
}

function isTripleOf(text: string, platform: Platform): boolean {
  return platform.rust !== undefined && tripleFamily(text) === tripleFamily(platform.rust);
}

/** `os/arch[/variant]`. Go's `arm` without a version means every 32-bit ARM; both `7` and `v7` are written. */
function matchesPair(text: string, platform: Platform): boolean {
  const [osWord = '', arch = '', version, ...rest] = text.split('/');
  if (rest.length > 0 || arch === '' || osOf(osWord) !== platform.os) return false;
  if (arch === 'arm') return platform.cpu.startsWith('armv') && (version === undefined || platform.cpu === `armv${version.replace(/^v/, '')}`);
  return cpuOf(arch) === platform.cpu && (version === undefined || text === platform.oci || text === platform.go);
}

function nothingSelected(selector: string, among: readonly Platform[]): DistError {
  const names = among.map((platform) => platform.name);
  const near = suggestion(canonicalName(selector.trim().toLowerCase()), [...names, ...new Set(among.map((platform) => platform.os))]);
  const known = PLATFORMS.some((platform) => matchesPlatform(selector, platform));
  const add = known ? `add it to "platforms", or choose from ${names.join(', ')}` : `choose from ${names.join(', ')}`;
  return new DistError('platform-not-selected', `Cannot select platform "${selector}": ${foundInstead(selector, names)}`, {
    exit: EXIT.usage,
    hint: near === undefined || known ? add : `did you mean "${near}"? ${add}`,
  });
}

function foundInstead(selector: string, names: readonly string[]): string {
  if (selector.trim() === '') return 'it is empty';
  return names.length === 0 ? 'there are no platforms to choose from' : 'none of the platforms of this release matches';
}

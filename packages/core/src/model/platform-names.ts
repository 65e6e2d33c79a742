import type { Os } from './platform.ts';

/** The words people and toolchains use for operating systems and CPUs. */

const OS_WORDS: Readonly<Record<string, Os>> = {
  linux: 'linux',
  macos: 'macos',
  darwin: 'macos',
  mac: 'macos',
  osx: 'macos',
  windows: 'windows',
  win: 'windows',
  win32: 'windows',
  freebsd: 'freebsd',
};

const CPU_WORDS: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  x64: 'amd64',
  aarch64: 'arm64',
  armv8: 'arm64',
  x86: '386',
  i386: '386',
  i686: '386',
  ia32: '386',
  armhf: 'armv7',
  armv7l: 'armv7',
  armv7hl: 'armv7',
  armv6l: 'armv6',
  armv6hl: 'armv6',
  riscv64gc: 'riscv64',
  ppc64el: 'ppc64le',
  powerpc64le: 'ppc64le',
};

/** Our word for an operating system; undefined for an unknown one. */
export function osOf(word: string): Os | undefined {
  return own(OS_WORDS, word);
}

/** Our word for a CPU; an unknown one is a user's own and stays. */
export function cpuOf(word: string): string {
  return own(CPU_WORDS, word) ?? word;
}

/** `darwin-x86_64` as `macos-amd64`; text in another shape stays. */
export function canonicalName(text: string): string {
  const [, osWord = '', cpuWord = '', libc = ''] = /^([^-]+)-(.+?)(-(?:gnu|musl))?$/.exec(text) ?? [];
  const os = osOf(osWord);
  return os === undefined ? text : `${os}-${cpuOf(cpuWord)}${libc === '-gnu' ? '' : libc}`;
}

/** What two Rust triples of one platform share: the C runtime of Windows is an option, not a platform. */
export function tripleFamily(triple: string): string {
  return triple.replace(/-windows-(?:gnu|gnullvm|msvc)$/, '-windows');
}

// The words come from command lines: `constructor` must not find Object's.
function own<Value>(table: Readonly<Record<string, Value>>, word: string): Value | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}

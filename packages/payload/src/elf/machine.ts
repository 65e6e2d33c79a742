/** e_machine of the ELF header (gABI and its supplements), by the names packagers use. */

export type ElfCpu = 'amd64' | 'arm64' | 'arm' | '386' | 'riscv64' | 'ppc64le' | 'ppc64' | 's390x' | 'mips' | 'loong64';

const CPUS: Readonly<Record<number, ElfCpu>> = {
  3: '386',
  8: 'mips',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'amd64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
};

export function cpuOf(machine: number, littleEndian: boolean): ElfCpu | undefined {
  const cpu = CPUS[machine];
  return cpu === 'ppc64' && littleEndian ? 'ppc64le' : cpu;
}

const DEBIAN: Readonly<Record<ElfCpu, readonly string[]>> = {
  amd64: ['amd64', 'x32'],
  arm64: ['arm64'],
  arm: ['armhf', 'armel'],
  '386': ['i386'],
  riscv64: ['riscv64'],
  ppc64le: ['ppc64el'],
  ppc64: ['ppc64'],
  s390x: ['s390x'],
  mips: ['mips', 'mipsel', 'mips64el', 'mips64'],
  loong64: ['loong64'],
};

/** Debian architectures whose machines run it. */
export function debianArchitectures(cpu: ElfCpu): readonly string[] {
  return DEBIAN[cpu];
}

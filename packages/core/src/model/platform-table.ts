import type { Platform } from './platform.ts';

/**
 * Debian and RPM call the hard-float ARMv6 of Raspberry Pi `armhf` and `armv6hl`; Alpine's `armhf` is ARMv6 too.
 * npm speaks of `process.platform/process.arch`, which has one `arm` and one `ppc64` for what others split.
 */
const ROWS: readonly Platform[] = [
  linux('amd64', { rust: 'x86_64', go: 'amd64', deb: 'amd64', rpm: 'x86_64', apk: 'x86_64', oci: 'amd64', npm: 'x64' }),
  linux('arm64', { rust: 'aarch64', go: 'arm64', deb: 'arm64', rpm: 'aarch64', apk: 'aarch64', oci: 'arm64/v8', npm: 'arm64' }),
  { name: 'macos-amd64', os: 'macos', cpu: 'amd64', rust: 'x86_64-apple-darwin', go: 'darwin/amd64', npm: 'darwin/x64' },
  { name: 'macos-arm64', os: 'macos', cpu: 'arm64', rust: 'aarch64-apple-darwin', go: 'darwin/arm64', npm: 'darwin/arm64' },
  {
    name: 'windows-amd64',
    os: 'windows',
    cpu: 'amd64',
    rust: 'x86_64-pc-windows-gnu',
    go: 'windows/amd64',
    oci: 'windows/amd64',
    npm: 'win32/x64',
  },
  {
    name: 'windows-arm64',
    os: 'windows',
    cpu: 'arm64',
    // Rust has no aarch64 `windows-gnu`; `gnullvm` is its successor that other hosts can link.
    rust: 'aarch64-pc-windows-gnullvm',
    go: 'windows/arm64',
    oci: 'windows/arm64',
    npm: 'win32/arm64',
  },
  freebsd('amd64', { rust: 'x86_64', freebsd: 'amd64', npm: 'x64' }),
  freebsd('arm64', { rust: 'aarch64', freebsd: 'aarch64', npm: 'arm64' }),
  linux('armv7', { rust: 'armv7', abi: 'eabihf', go: 'arm/7', deb: 'armhf', rpm: 'armv7hl', apk: 'armv7', oci: 'arm/v7', npm: 'arm' }),
  linux('armv6', { rust: 'arm', abi: 'eabihf', go: 'arm/6', deb: 'armhf', rpm: 'armv6hl', apk: 'armhf', oci: 'arm/v6', npm: 'arm' }),
  linux('386', { rust: 'i686', go: '386', deb: 'i386', rpm: 'i686', apk: 'x86', oci: '386', npm: 'ia32' }),
  linux('riscv64', { rust: 'riscv64gc', go: 'riscv64', deb: 'riscv64', rpm: 'riscv64', apk: 'riscv64', oci: 'riscv64', npm: 'riscv64' }),
  linux('ppc64le', { rust: 'powerpc64le', go: 'ppc64le', deb: 'ppc64el', rpm: 'ppc64le', apk: 'ppc64le', oci: 'ppc64le', npm: 'ppc64' }),
  linux('s390x', { rust: 's390x', go: 's390x', deb: 's390x', rpm: 's390x', apk: 's390x', oci: 's390x', npm: 's390x' }),
  linux('amd64', { libc: 'musl', rust: 'x86_64', go: 'amd64', deb: 'amd64', rpm: 'x86_64', apk: 'x86_64', oci: 'amd64', npm: 'x64' }),
  linux('arm64', { libc: 'musl', rust: 'aarch64', go: 'arm64', deb: 'arm64', rpm: 'aarch64', apk: 'aarch64', oci: 'arm64/v8', npm: 'arm64' }),
];

/** The platforms known by name. */
export const PLATFORMS: readonly Platform[] = ROWS.map((row) => Object.freeze(row));

/** What `platforms:` means when nothing is written. */
export const PRIMARY_PLATFORMS: readonly string[] = ['linux-amd64', 'linux-arm64', 'macos-amd64', 'macos-arm64', 'windows-amd64', 'freebsd-amd64'];

interface LinuxNames {
  readonly libc?: 'gnu' | 'musl';
  readonly abi?: string;
  readonly rust: string;
  readonly go: string;
  readonly deb: string;
  readonly rpm: string;
  readonly apk: string;
  readonly oci: string;
  readonly npm: string;
}

function linux(cpu: string, names: LinuxNames): Platform {
  const { libc = 'gnu', abi = '', rust, go, deb, rpm, apk, oci, npm } = names;
  return {
    name: libc === 'musl' ? `linux-${cpu}-musl` : `linux-${cpu}`,
    os: 'linux',
    cpu,
    libc,
    rust: `${rust}-unknown-linux-${libc}${abi}`,
    go: `linux/${go}`,
    deb,
    rpm,
    apk,
    oci: `linux/${oci}`,
    npm: `linux/${npm}`,
  };
}

function freebsd(cpu: string, names: { readonly rust: string; readonly freebsd: string; readonly npm: string }): Platform {
  return {
    name: `freebsd-${cpu}`,
    os: 'freebsd',
    cpu,
    rust: `${names.rust}-unknown-freebsd`,
    go: `freebsd/${cpu}`,
    oci: `freebsd/${cpu}`,
    npm: `freebsd/${names.npm}`,
    freebsd: names.freebsd,
  };
}

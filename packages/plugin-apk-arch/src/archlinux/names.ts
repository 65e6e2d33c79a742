import type { Cell, NameJob } from '@provisioning-dist/core';
import { noArchitecture } from '../errors.ts';
import { packageNames } from '../names.ts';
import { type ArchCodec, SUFFIX } from './codec.ts';
import { type ArchVersion, fileVersion } from './version.ts';

/** Arch Linux itself, and the projects that carry it to other processors. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  amd64: 'x86_64',
  arm64: 'aarch64',
  armv7: 'armv7h',
  armv6: 'armv6h',
  386: 'i686',
  riscv64: 'riscv64',
  ppc64le: 'powerpc64le',
  loong64: 'loong64',
};

export function architecture({ platform }: Pick<Cell, 'platform'>): string {
  if (platform === undefined) return 'any';
  const name = ARCHITECTURES[platform.cpu];
  if (name === undefined) throw noArchitecture('archlinux', platform.name);
  return name;
}

type Naming = Pick<NameJob<ArchVersion & { readonly codec: ArchCodec }>, 'release' | 'options' | 'cell'>;

export function fileName({ release, options, cell }: Naming): string {
  const { own } = packageNames('archlinux', cell);
  return `${own}-${fileVersion(release.version, options)}-${architecture(cell)}.pkg.tar${SUFFIX[options.codec]}`;
}

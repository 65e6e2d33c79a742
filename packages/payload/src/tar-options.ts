import { isWithin, textProblem } from './member.ts';

/**
 * How to write what plain headers cannot hold. `gnu`: what GNU tar's own format writes, long names in `L` and `K` entries
 * (dpkg reads no PAX). `pax`: POSIX extended headers. `pax-binary`: the same, non-ASCII names declared as raw bytes, so that libarchive
 * takes them in any locale (GNU tar prints a warning and extracts).
 */
export type TarDialect = 'gnu' | 'pax' | 'pax-binary';

export interface TarOwner {
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly group: string;
}

export interface TarOptions {
  readonly dialect: TarDialect;
  /** Of every entry; seconds since 1970 UTC. */
  readonly mtime: number;
  /** One owner for all entries, or `member`: their own names with numeric 0. Default root:root, 0:0. */
  readonly owner?: TarOwner | 'member';
  /** Put before every path: `./` for deb, `/` for FreeBSD. With it a directory of the empty path is the root entry. */
  readonly prefix?: string;
  /** False leaves out the two zero blocks at the end. */
  readonly end?: boolean;
  /** Pads the archive to a multiple of this many blocks of 512 bytes; tapes want 20. */
  readonly blocking?: number;
}

/** Throws RangeError for options no archive can be written with. */
export function checkOptions({ mtime, blocking = 1, prefix = '' }: TarOptions): void {
  if (!isWithin(mtime, 8 ** 11 - 1)) throw new RangeError(`Cannot write the archive: its time is ${mtime}`);
  if (!isWithin(blocking - 1, 0xffff)) throw new RangeError(`Cannot write the archive: its blocking factor is ${blocking}`);
  if (textProblem(prefix)) throw new RangeError(`Cannot write the archive: its prefix is not allowed, ${textProblem(prefix)}`);
}

/** The headers of cpio archives, shared by writer and reader: the width of each field, in order. */

/** `newc`: SVR4 without checksum. `odc`: POSIX.1 portable. `stripped`: rpm's, where the package's file list says the rest. */
export type CpioForm = 'newc' | 'odc' | 'stripped';

export const CPIO_MAGIC = { newc: '070701', newcChecksum: '070702', odc: '070707', stripped: '07070X' } as const;

export const MAGIC_LENGTH = 6;

/** Widths in hexadecimal digits. */
export const NEWC = {
  ino: 8,
  mode: 8,
  uid: 8,
  gid: 8,
  nlink: 8,
  mtime: 8,
  filesize: 8,
  devmajor: 8,
  devminor: 8,
  rdevmajor: 8,
  rdevminor: 8,
  namesize: 8,
  check: 8,
} as const;

/** Widths in octal digits. */
export const ODC = { dev: 6, ino: 6, mode: 6, uid: 6, gid: 6, nlink: 6, rdev: 6, mtime: 11, namesize: 6, filesize: 11 } as const;

/** The number of the file in the package's list. */
export const STRIPPED = { index: 8 } as const;

export const HEADER_LENGTH = { newc: 110, odc: 76, stripped: 14 } as const;

export const RADIX = { newc: 16, odc: 8, stripped: 16 } as const;

/** What header, name and content are padded to. */
export const ALIGNMENT = { newc: 4, odc: 1, stripped: 4 } as const;

export const TRAILER = 'TRAILER!!!';

/** st_mode's file types. */
export const CPIO_TYPE = { mask: 0o170000, file: 0o100000, directory: 0o040000, symlink: 0o120000 } as const;

export function alignment(form: CpioForm, length: number): number {
  const unit = ALIGNMENT[form];
  return (unit - (length % unit)) % unit;
}

import { gzipSync } from 'node:zlib';

export interface TarMember {
  readonly path: string;
  readonly content?: string;
  readonly mode?: number;
  /** POSIX typeflag; `0` is a file, `2` a symbolic link, `1` a hard link, `5` a directory. */
  readonly type?: string;
  readonly target?: string;
}

/** A ustar archive field by field (POSIX pax, "ustar Interchange Format"). */
export function tarBytes(members: readonly TarMember[]): Buffer {
  return Buffer.concat([...members.flatMap(memberBytes), Buffer.alloc(1024)]);
}

export function tgzBytes(members: readonly TarMember[]): Buffer {
  return gzipSync(tarBytes(members));
}

function memberBytes({ path, content = '', mode = 0o644, type = '0', target = '' }: TarMember): Buffer[] {
  const header = Buffer.alloc(512);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
  const size = Buffer.byteLength(content);
  header.write(path, 0);
  header.write(octal(mode, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(size, 12), 124);
  header.write(octal(0, 12), 136);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write(target, 157);
  header.write('ustar\x0000', 257);
  header.write(
    octal(
      header.reduce((sum, byte) => sum + byte, 0),
      7,
    ),
    148,
  );
  return [header, Buffer.from(content), Buffer.alloc((512 - (size % 512)) % 512)];
}

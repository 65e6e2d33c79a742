import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { TestArtifact } from '@provisioning-dist/core/testing';

/** Debs of a few bytes, put together by hand. */

export interface TestDeb {
  readonly package?: string;
  readonly version: string;
  readonly architecture?: string;
  /** Lines of the control file beside those. */
  readonly more?: string;
  readonly files?: Readonly<Record<string, string>>;
}

export function deb({ package: name = 'acme', version, architecture = 'amd64', more = '', files = {} }: TestDeb): Buffer {
  const control = `Package: ${name}\nVersion: ${version}\nArchitecture: ${architecture}\nMaintainer: Jane Doe <jane@acme.example>\n${more}Description: Tool\n that does things\n`;
  const data = Object.entries({ [`usr/share/${name}/version`]: version, ...files });
  const members: readonly (readonly [string, Uint8Array])[] = [
    ['debian-binary', Buffer.from('2.0\n')],
    [
      'control.tar.gz',
      gzipSync(
        tar([
          ['./', undefined],
          ['./control', control],
        ]),
      ),
    ],
    [
      'data.tar.gz',
      gzipSync(tar([['./', undefined], ...foldersOf(data.map(([path]) => path)), ...data.map(([path, text]) => [`./${path}`, text] as const)])),
    ],
  ];
  return Buffer.concat([Buffer.from('!<arch>\n'), ...members.flatMap(([member, bytes]) => arMember(member, bytes))]);
}

export function debArtifact(about: TestDeb): TestArtifact {
  const { package: name = 'acme', version, architecture = 'amd64' } = about;
  return { name: `${name}_${version}_${architecture}.deb`, bytes: deb(about), kind: 'package', format: 'deb', instance: 'deb' };
}

function foldersOf(paths: readonly string[]): readonly (readonly [string, undefined])[] {
  const folders = paths.flatMap((path) => path.split('/').map((_, index, parts) => parts.slice(0, index).join('/')));
  return [...new Set(folders)]
    .filter((folder) => folder !== '')
    .sort()
    .map((folder) => [`./${folder}/`, undefined]);
}

function arMember(name: string, bytes: Uint8Array): readonly Uint8Array[] {
  const header = `${name.padEnd(16)}${'1700000000'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`;
  return [Buffer.from(header), bytes, Buffer.alloc(bytes.length % 2, '\n')];
}

function tar(entries: readonly (readonly [path: string, text: string | undefined])[]): Buffer {
  const blocks = entries.flatMap(([path, text]) => [header(path, text), ...(text === undefined ? [] : [padded(Buffer.from(text))])]);
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** POSIX.1-1988 ustar */
function header(path: string, text: string | undefined): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.write(path, 0);
  bytes.write(text === undefined ? '0000755' : '0000644', 100);
  bytes.write('0000000', 108);
  bytes.write('0000000', 116);
  bytes.write((text === undefined ? 0 : Buffer.byteLength(text)).toString(8).padStart(11, '0'), 124);
  bytes.write((1_700_000_000).toString(8).padStart(11, '0'), 136);
  bytes.write(text === undefined ? '5' : '0', 156);
  bytes.write('ustar\x0000', 257);
  bytes.write('root', 265);
  bytes.write('root', 297);
  bytes.fill(' ', 148, 156);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

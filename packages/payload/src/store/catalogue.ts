import { crc32 } from 'node:zlib';
import type { Block, Segment } from '../segment.ts';
import type { Pack } from './pack.ts';

/** The first line of an index. Another one belongs to another version and is not read. */
export const INDEX_HEADER = 'provisioning-dist content index 1\n';

/** Larger blocks than any encoder makes: such a line is not ours. */
const BLOCK_MAX = 256 * 1024 * 1024;

const LINE = /^([0-9a-f]{8}) ([0-9a-f]{64}) ([a-z0-9.-]{1,80}) (\d{1,16}) ([0-9a-f]{1,8}) (\S+)\n?$/;

/** One segment as a line: CRC-32 of the rest, sha256, coding, length, head, blocks as `offset:length:crc`. */
export function formatLine(segment: Segment): string {
  const blocks = segment.blocks.map((block) => `${block.offset}:${block.length}:${block.crc.toString(16)}`).join() || '-';
  const rest = `${segment.sha256} ${segment.coding} ${segment.length} ${segment.head.toString(16)} ${blocks}`;
  return `${checksum(rest)} ${rest}\n`;
}

/** The segments an index describes. A line that is torn, damaged or foreign is passed over. */
export function parseIndex(text: string, pack: Pack): Segment[] {
  if (!text.startsWith(INDEX_HEADER)) return [];
  const lines = text.slice(INDEX_HEADER.length).split('\n');
  return lines.flatMap((line) => parseLine(line, pack) ?? []);
}

function parseLine(line: string, pack: Pack): Segment | undefined {
  const [, crc, sha256, coding, length, head, list] = LINE.exec(line) ?? [];
  if (!crc || !sha256 || !coding || !head || !list || checksum(line.slice(9)) !== crc) return undefined;
  const blocks = list === '-' ? [] : list.split(',').map((text) => parseBlock(text, pack));
  if (!blocks.every((block) => block !== undefined)) return undefined;
  const encodedLength = blocks.reduce((sum, block) => sum + block.length, 0);
  return { sha256, coding, length: Number(length), head: Number.parseInt(head, 16), encodedLength, blocks };
}

function parseBlock(text: string, pack: Pack): Block | undefined {
  const [, offset, length, crc] = /^(\d{1,15}):(\d{1,9}):([0-9a-f]{1,8})$/.exec(text) ?? [];
  if (!crc || Number(length) > BLOCK_MAX) return undefined;
  return { pack, offset: Number(offset), length: Number(length), crc: Number.parseInt(crc, 16) };
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

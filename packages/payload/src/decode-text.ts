import { cannotRead } from './archive-error.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A name as text. Throws ArchiveError for bytes that are not UTF-8: no text of ours would lead back to them. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw cannotRead('unsupported', Buffer.from(bytes).toString('latin1'), 'it is not UTF-8', { cause });
  }
}

/** A directory's path without the slashes at its end; the root keeps one. */
export function withoutEndSlash(path: string): string {
  let end = path.length;
  while (end > 1 && path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

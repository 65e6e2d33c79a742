import { createHash } from 'node:crypto';

/** One entry as found in an archive, whatever its format. */
export interface Listed {
  readonly path: string;
  /** `other`: a device, a pipe; nothing a distribution holds. */
  readonly type: 'file' | 'directory' | 'symlink' | 'link' | 'other';
  readonly mode: number;
  /** Seconds since 1970; absent where the format keeps none. */
  readonly mtime?: number;
  /** `root:root (0:0)` and the like; absent where the format keeps none. */
  readonly owner?: string;
  readonly target?: string;
  /** Of files. */
  readonly content?: ContentSummary;
}

/** What checks want to know of a file's bytes. */
export interface ContentSummary {
  readonly size: number;
  readonly sha256: string;
  /** The first bytes, enough for a magic number. */
  readonly head: Buffer;
  /** No NUL among the bytes. */
  readonly text: boolean;
  readonly lineFeeds: number;
  /** Line feeds after a carriage return. */
  readonly crlf: number;
}

const HEAD = 4;
const [NUL, LF, CR] = [0x00, 0x0a, 0x0d];

/** Sums a file up in one pass over its pieces. */
export async function summarize(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<ContentSummary> {
  const hash = createHash('sha256');
  const lines = lineCounter();
  let head = Buffer.alloc(0);
  let size = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    lines.add(piece);
    if (head.length < HEAD) head = Buffer.concat([head, piece.subarray(0, HEAD - head.length)]);
    size += piece.length;
  }
  return { size, sha256: hash.digest('hex'), head, ...lines.counts() };
}

/** Counts line ends until the first NUL says that it is no text. */
function lineCounter() {
  const counts = { text: true, lineFeeds: 0, crlf: 0 };
  let last = 0;
  return {
    counts: () => counts,
    add(piece: Uint8Array) {
      if (!counts.text) return;
      counts.text = !piece.includes(NUL);
      for (let at = counts.text ? piece.indexOf(LF) : -1; at >= 0; at = piece.indexOf(LF, at + 1)) {
        counts.lineFeeds += 1;
        if ((at === 0 ? last : piece[at - 1]) === CR) counts.crlf += 1;
      }
      last = piece.at(-1) ?? last;
    },
  };
}

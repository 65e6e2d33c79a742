import { StringDecoder } from 'node:string_decoder';

/** Lines of a program's output as they come: each to the log, the last ones kept for its error. Bounded, whatever it prints. */

export interface Output {
  readonly take: (chunk: Uint8Array) => void;
  /** What follows the last line end. */
  readonly end: () => void;
  /** The last lines that are not empty. */
  readonly tail: () => readonly string[];
}

/** Characters. A longer line is left out as a whole: one that is cut through can no longer be searched for secrets. */
const LONGEST_LINE = 64 * 1024;
const LONGEST_TAIL_LINE = 1000;
export const TAIL_LINES = 20;

/** Characters per stream that reach the log. */
const LOG_LIMIT = 16 * 1024 * 1024;

export function createOutput(log: (line: string) => void): Output {
  const decoder = new StringDecoder('utf8');
  const tail: string[] = [];
  let pending = '';
  let isOverlong = false;
  let room = LOG_LIMIT;
  return {
    take: (chunk) => takeText(decoder.write(chunk as Buffer)),
    end: () => {
      takeText(decoder.end());
      endLine();
    },
    tail: () => tail,
  };

  function takeText(text: string): void {
    // a CR LF that two chunks share gives an empty line more, and empty ones are left out
    const [first = '', ...others] = text.split(/\r\n|\r|\n/);
    grow(first);
    for (const piece of others) {
      endLine();
      grow(piece);
    }
  }

  function grow(piece: string): void {
    isOverlong ||= pending.length + piece.length > LONGEST_LINE;
    pending = isOverlong ? '' : pending + piece;
  }

  function endLine(): void {
    const line = isOverlong ? `(a line of more than ${LONGEST_LINE / 1024} KiB)` : pending;
    pending = '';
    isOverlong = false;
    if (line === '') return;
    tail.push(line.length > LONGEST_TAIL_LINE ? `(a line of ${line.length} characters)` : line);
    if (tail.length > TAIL_LINES) tail.shift();
    write(line);
  }

  function write(line: string): void {
    if (room <= 0) return;
    room -= line.length + 1;
    log(room > 0 ? line : `(more than ${LOG_LIMIT / 2 ** 20} MiB: the rest is left out)`);
  }
}

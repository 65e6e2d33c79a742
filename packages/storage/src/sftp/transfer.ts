import { createHash } from 'node:crypto';
import { fileStat } from '../file-write.ts';
import { checkContent, chunksOf } from '../source.ts';
import type { FileBody, Stat } from '../storage.ts';
import { isReply, REPLY } from './error.ts';
import { unlessAbsent } from './requests.ts';
import type { Session } from './session.ts';

/** Bytes of one request; ssh2 cuts them where the server takes less. */
const PIECE = 128 * 1024;

/** Requests under way for one file: as much as a line of 1 Gbit/s and 16 ms holds. */
const AHEAD = 16;

type Signal = AbortSignal | undefined;

/** Writes to a name nobody uses yet, durably where the server can, and answers what it was. */
export async function upload(session: Session, path: string, key: string, body: Uint8Array | FileBody, signal: Signal): Promise<Stat> {
  const mode = 'path' in body && body.mode !== undefined ? { mode: body.mode } : {};
  const handle = await session.call<Buffer>((sftp, done) => sftp.open(path, 'wx', mode, done), signal);
  try {
    const stat = await writeAll(session, handle, body, signal);
    await sync(session, handle);
    return 'path' in body ? checkContent(stat, key, body) : stat;
  } finally {
    // after a failure that is what counts; the server closes what a lost connection had open
    await session.call((sftp, done) => sftp.close(handle, done as () => void)).catch(() => undefined);
  }
}

async function writeAll(session: Session, handle: Buffer, body: Uint8Array | FileBody, signal: Signal): Promise<Stat> {
  const hash = createHash('sha256');
  const ahead = new Ahead<void>();
  let size = 0;
  for await (const chunk of chunksOf(body, signal)) {
    hash.update(chunk);
    for (const piece of pieces(chunk)) {
      const position = size;
      size += piece.length;
      if (ahead.isFull) await ahead.next();
      ahead.add(session.call((sftp, done) => sftp.write(handle, piece, 0, piece.length, position, done as () => void), signal));
    }
  }
  while (!ahead.isEmpty) await ahead.next();
  return fileStat(size, hash.digest('hex'));
}

/** Views, not copies. */
function* pieces(chunk: Uint8Array): Generator<Buffer> {
  for (let start = 0; start < chunk.length; start += PIECE) {
    const length = Math.min(PIECE, chunk.length - start);
    yield Buffer.from(chunk.buffer, chunk.byteOffset + start, length);
  }
}

async function sync(session: Session, handle: Buffer): Promise<void> {
  try {
    await session.call((sftp, done) => sftp.ext_openssh_fsync(handle, done as () => void));
  } catch (error) {
    if (!isReply(error, REPLY.OP_UNSUPPORTED)) throw error;
  }
}

/** Calls back with each piece, in order; answers what it was, or nothing when it is gone. */
export async function download(session: Session, path: string, signal: Signal, each?: (piece: Uint8Array) => void): Promise<Stat | undefined> {
  const handle = await unlessAbsent(session.call<Buffer>((sftp, done) => sftp.open(path, 'r', done), signal));
  if (!handle) return undefined;
  try {
    return await readAll(session, handle, signal, each);
  } finally {
    await session.call((sftp, done) => sftp.close(handle, done as () => void)).catch(() => undefined);
  }
}

async function readAll(session: Session, handle: Buffer, signal: Signal, each?: (piece: Uint8Array) => void): Promise<Stat> {
  const hash = createHash('sha256');
  const ahead = new Ahead<Buffer>();
  const { size: length } = await session.call<{ readonly size: number }>((sftp, done) => sftp.fstat(handle, done), signal);
  let [size, asked] = [0, 0];
  for (;;) {
    while (asked < length && !ahead.isFull) {
      ahead.add(readPiece(session, handle, asked, Math.min(PIECE, length - asked), signal));
      asked += PIECE;
    }
    if (ahead.isEmpty) return fileStat(size, hash.digest('hex'));
    const piece = await ahead.next();
    hash.update(piece);
    size += piece.length;
    each?.(piece);
  }
}

/** A server may give less than it is asked for. */
async function readPiece(session: Session, handle: Buffer, position: number, length: number, signal: Signal): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const count = await session.call<number>(
      (sftp, end) => sftp.read(handle, buffer, done, length - done, position + done, (error, bytes) => end(error, bytes)),
      signal,
    );
    if (count === 0) return buffer.subarray(0, done);
    done += count;
  }
  return buffer;
}

/** Answers awaited in the order they were asked for; those after a failed one are never unheard. */
class Ahead<Answer> {
  readonly #answers: Promise<Answer>[] = [];
  get isFull(): boolean {
    return this.#answers.length >= AHEAD;
  }
  get isEmpty(): boolean {
    return this.#answers.length === 0;
  }
  add(answer: Promise<Answer>): void {
    answer.catch(() => undefined);
    this.#answers.push(answer);
  }
  async next(): Promise<Answer> {
    const first = this.#answers.shift();
    if (!first) throw new RangeError('nothing was asked');
    return await first;
  }
}

import { closeSync, openSync } from 'node:fs';
import { systemCode } from '../content-error.ts';
import { readFully, writeFully } from './file-io.ts';

const BUFFER = 256 * 1024;

/** An append-only file of encoded blocks. What it holds is described, and proved, by the index. */
export class Pack {
  readonly path: string;
  readonly #pending: Buffer;
  #fd: number | undefined;
  #pendingLength = 0;
  #end = 0;

  private constructor(path: string, fd: number | undefined, buffer: number) {
    this.path = path;
    this.#fd = fd;
    this.#pending = Buffer.allocUnsafeSlow(buffer);
  }

  /** A new pack of this process; nobody else writes to it. */
  static create(path: string): Pack {
    return new Pack(path, openSync(path, 'wx+', 0o600), BUFFER);
  }

  /** A pack of an earlier run, opened when it is first read. */
  static existing(path: string): Pack {
    return new Pack(path, undefined, 0);
  }

  /** Adds bytes and gives their offset. Small ones are gathered until `flush`. */
  append(bytes: Uint8Array): number {
    if (bytes.length > this.#pending.length - this.#pendingLength) this.flush();
    const offset = this.#end + this.#pendingLength;
    if (bytes.length > this.#pending.length / 2) this.#write(bytes);
    else this.#gather(bytes);
    return offset;
  }

  /** Hands gathered bytes to the file. After a failure they are still here and can be read. */
  flush(): void {
    if (this.#pendingLength === 0) return;
    writeFully(this.#file(), this.#pending.subarray(0, this.#pendingLength), this.#end);
    this.#end += this.#pendingLength;
    this.#pendingLength = 0;
  }

  /** Fills `target` from `offset`; false when the pack ends before or is gone. */
  read(offset: number, target: Uint8Array): boolean {
    if (this.#pendingLength > 0 && offset >= this.#end) return this.#readPending(offset - this.#end, target);
    try {
      return readFully(this.#file(), target, offset) === target.length;
    } catch (error) {
      if (systemCode(error)) return false;
      throw error;
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
  }

  #file(): number {
    this.#fd ??= openSync(this.path, 'r');
    return this.#fd;
  }

  #gather(bytes: Uint8Array): void {
    this.#pending.set(bytes, this.#pendingLength);
    this.#pendingLength += bytes.length;
  }

  /** Writes at the end, after what is gathered. */
  #write(bytes: Uint8Array): void {
    this.flush();
    writeFully(this.#file(), bytes, this.#end);
    this.#end += bytes.length;
  }

  #readPending(at: number, target: Uint8Array): boolean {
    if (at + target.length > this.#pendingLength) return false;
    target.set(this.#pending.subarray(at, at + target.length));
    return true;
  }
}

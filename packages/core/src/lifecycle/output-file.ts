import { createHash, type Hash } from 'node:crypto';
import { closeSync, fchmodSync, fsync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Digest } from '@provisioning-dist/payload';

type Digests = Partial<Record<Digest, string>>;

/** Writes go to the system in pieces of at least this half; patches inside the window are free. */
const WINDOW = 512 * 1024;

/** Bytes hashed again are read in pieces the processor's cache holds. */
const READ = 256 * 1024;

/** More files of one name and process than this do not exist at once. */
const ATTEMPTS = 100;

const syncFile = promisify(fsync);

let count = 0;

/** A file under a temporary name beside its final one: hashed while written, there under its name whole or not at all. */
export class OutputFile {
  readonly #temporary: string;
  readonly #path: string;
  readonly #fd: number;
  readonly #window: Buffer = Buffer.allocUnsafeSlow(WINDOW);
  readonly #hashes: ReadonlyMap<Digest, Hash>;
  #start = 0;
  #filled = 0;
  #patched = false;
  #open = true;

  private constructor(path: string, opened: { readonly temporary: string; readonly fd: number }, digests: Iterable<Digest>) {
    this.#path = path;
    this.#temporary = opened.temporary;
    this.#fd = opened.fd;
    this.#hashes = hashesFor(digests);
  }

  /** The mode does not depend on the umask. */
  static create(path: string, digests: Iterable<Digest>, mode: number): OutputFile {
    const opened = openTemporary(path);
    const file = new OutputFile(path, opened, digests);
    try {
      fchmodSync(opened.fd, mode);
    } catch (error) {
      file.discard();
      throw error;
    }
    return file;
  }

  get position(): number {
    return this.#start + this.#filled;
  }

  /** The bytes are copied or written when this returns. */
  write(bytes: Uint8Array): void {
    const large = bytes.length >= WINDOW / 2;
    if (large || bytes.length > WINDOW - this.#filled) this.flush();
    if (large) this.#put(bytes);
    else this.#gather(bytes);
  }

  /** Replaces written bytes. Outside the window that costs another read of the whole file at the end. */
  patch(position: number, bytes: Uint8Array): void {
    if (position < 0 || position + bytes.length > this.position)
      throw new RangeError(`Cannot patch ${bytes.length} bytes at ${position}: only ${this.position} are written`);
    if (position >= this.#start) this.#window.set(bytes, position - this.#start);
    else this.#overwrite(position, bytes);
  }

  flush(): void {
    if (this.#filled === 0) return;
    const bytes = this.#window.subarray(0, this.#filled);
    this.#filled = 0;
    this.#put(bytes);
  }

  /** Digests of the bytes from `start` to here; lower-case hex. */
  digest(start: number, names: readonly Digest[]): Digests {
    this.flush();
    const running = start === 0 && !this.#patched && names.every((name) => this.#hashes.has(name));
    const hashes = running ? this.#hashes : this.#hashAgain(start, names);
    return Object.fromEntries(names.map((name) => [name, hashes.get(name)?.copy().digest('hex')]));
  }

  /** Bytes already written, patches included. */
  read(position: number, length: number): Uint8Array {
    if (position < 0 || position + length > this.position)
      throw new RangeError(`Cannot read ${length} bytes at ${position}: only ${this.position} are written`);
    this.flush();
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; ) {
      const count = readSync(this.#fd, bytes, done, length - done, position + done);
      if (count === 0) throw new Error(`Cannot read "${this.#temporary}" back: it ended after ${position + done} bytes`);
      done += count;
    }
    return bytes;
  }

  /** Makes the file durable and gives it its name. */
  async finish(): Promise<Digests> {
    const digests = this.digest(0, [...this.#hashes.keys()]);
    await syncFile(this.#fd);
    this.#close();
    renameSync(this.#temporary, this.#path);
    return digests;
  }

  /** Removes what was written. */
  discard(): void {
    if (this.#open) this.#close();
    rmSync(this.#temporary, { force: true });
  }

  #close(): void {
    this.#open = false;
    closeSync(this.#fd);
  }

  #gather(bytes: Uint8Array): void {
    this.#window.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  #overwrite(position: number, bytes: Uint8Array): void {
    this.flush();
    writeAt(this.#fd, bytes, position);
    this.#patched = true;
  }

  #put(bytes: Uint8Array): void {
    for (const hash of this.#hashes.values()) hash.update(bytes);
    writeAt(this.#fd, bytes, this.#start);
    this.#start += bytes.length;
  }

  #hashAgain(start: number, names: readonly Digest[]): ReadonlyMap<Digest, Hash> {
    const hashes = hashesFor(names);
    const buffer = Buffer.allocUnsafeSlow(READ);
    for (let at = start; at < this.#start; ) {
      const piece = buffer.subarray(0, readSync(this.#fd, buffer, 0, Math.min(READ, this.#start - at), at));
      if (piece.length === 0) throw new Error(`Cannot read "${this.#temporary}" back: it ended after ${at} of ${this.#start} bytes`);
      for (const hash of hashes.values()) hash.update(piece);
      at += piece.length;
    }
    return hashes;
  }
}

function hashesFor(names: Iterable<Digest>): ReadonlyMap<Digest, Hash> {
  return new Map([...new Set(names)].map((name) => [name, createHash(name)] as const));
}

function openTemporary(path: string): { readonly temporary: string; readonly fd: number } {
  for (let attempt = 1; ; attempt++) {
    // Within the 255 bytes of a name, whatever the final one is.
    const name = `.${basename(path).slice(0, 60)}.tmp-${process.pid}-${++count}`;
    const temporary = join(dirname(path), name);
    try {
      return { temporary, fd: openSync(temporary, 'wx+', 0o600) };
    } catch (error) {
      if (attempt === ATTEMPTS || !isTaken(error)) throw error;
    }
  }
}

/** A killed process of the same number left a file of this name. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

function writeAt(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
}

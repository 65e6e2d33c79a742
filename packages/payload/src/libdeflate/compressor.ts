import { LIBDEFLATE } from './wasm.ts';

/** The part used here of what TypeScript declares only for browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** A level of libdeflate; a depth other than 0 replaces how many matches it tries, `nice` the length that ends the search. */
export interface Effort {
  readonly level: number;
  readonly depth: number;
  readonly nice: number;
}

/** What `segment.c` exports. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly reserve: (size: number) => number;
  readonly open: (level: number, depth: number, nice: number) => number;
  readonly segment: (compressor: number, input: number, size: number, out: number, room: number) => number;
}

/** Makes a block a piece of a raw deflate stream. The answer lies in memory that the next call overwrites. */
export type Compress = (block: Uint8Array, effort: Effort) => Uint8Array;

/** Bytes of the largest block, and more than it takes when nothing can be compressed. */
export const ROOM: number = 1024 * 1024 + 64 * 1024;

let compiled: object | undefined;
let here: Compress | undefined;

export function compiledModule(): object {
  compiled ??= new WebAssembly.Module(Buffer.from(LIBDEFLATE.base64, 'base64'));
  return compiled;
}

/** Compresses on this thread. */
export function compressNow(block: Uint8Array, effort: Effort): Uint8Array {
  here ??= createCompressor(compiledModule(), ROOM);
  return Buffer.from(here(block, effort));
}

/** Threads get this function as text, so it may use nothing else of this file. */
export function createCompressor(module: object, room: number): Compress {
  const { memory, reserve, open, segment } = new WebAssembly.Instance(module).exports as Exports;
  const [input, out] = [reserve(room), reserve(room)];
  const opened = new Map<string, number>();
  const compressorFor = ({ level, depth, nice }: Effort): number => {
    const name = `${level} ${depth} ${nice}`;
    const compressor = opened.get(name) ?? open(level, depth, nice);
    opened.set(name, compressor);
    return compressor;
  };
  return (block, effort) => {
    const compressor = compressorFor(effort);
    if (compressor === 0) throw new Error(`Cannot deflate at level ${effort.level}: there is no such level, or no memory`);
    // made anew: `open` may have moved the memory
    const bytes = new Uint8Array(memory.buffer);
    bytes.set(block, input);
    const made = segment(compressor, input, block.length, out, room);
    if (made === 0) throw new Error(`Cannot deflate ${block.length} bytes: they do not fit into ${room}`);
    return bytes.subarray(out, out + made);
  };
}

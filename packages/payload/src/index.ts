export { ArchiveError, type ArchiveProblem } from './archive-error.ts';
export { type BrotliOptions, brotli } from './brotli.ts';
export { ContentError, type ContentErrorCode } from './content-error.ts';
export { type CpioOptions, cpio, cpioLength } from './cpio.ts';
export type { CpioForm } from './cpio-header.ts';
export { type CpioEntry, type CpioLimits, readCpio } from './cpio-read.ts';
export { DEFLATE_END } from './deflate.ts';
export { type Elf, isStaticElf, type Linking, readElf } from './elf/elf.ts';
export type { ElfBytes } from './elf/layout.ts';
export { cpuOf, debianArchitectures, type ElfCpu } from './elf/machine.ts';
export { type ElfStream, elfStream } from './elf/stream.ts';
export { hasSymbolTable } from './elf/symbols.ts';
export { type EncoderProbe, type ProbedCodec, probeEncoder } from './encoder-probe.ts';
export { encoderId } from './encoders.ts';
export { type GzipOptions, gzip } from './gzip.ts';
export { convertLineEnds } from './line-ends.ts';
export { MACHO_HEAD, type MachO, type MachOCpu, type MachOSlice, readMachO } from './macho/macho.ts';
export { type UniversalProblem, universalMachO, universalProblem } from './macho/universal.ts';
export { pathProblem } from './member.ts';
export type {
  Ask,
  Codec,
  Content,
  ContentFacts,
  ContentRef,
  Digest,
  Mark,
  MarkResult,
  Member,
  Needs,
  PackedCodec,
  Part,
  Parts,
  Patch,
  Plain,
  Run,
  SegmentRef,
  Source,
  StreamPart,
  Written,
} from './part.ts';
export { SEGMENT_MIN } from './part.ts';
export { PE_HEAD, type Pe, type PeCpu, readPe } from './pe/pe.ts';
export type { Sink } from './store/copy.ts';
export type { Counters } from './store/engine.ts';
export { openSource, type SourceReader, sha256OfSource } from './store/read-source.ts';
export { ContentStore, type ContentStoreOptions } from './store.ts';
export { tar, tarLength } from './tar.ts';
export type { TarDialect, TarOptions, TarOwner } from './tar-options.ts';
export { readTar, type TarEntry, type TarEntryType, type TarLimits } from './tar-read.ts';
export { Breather } from './workers.ts';
export { type XzOptions, xz } from './xz.ts';
export { readXz } from './xz-read.ts';
export { type ZipOptions, zip } from './zip.ts';
export { readZip, type ZipEntry, type ZipLimits, type ZipSource } from './zip-read.ts';
export { type ZstdOptions, zstdFrames } from './zstd.ts';
export { readZstd } from './zstd-read.ts';

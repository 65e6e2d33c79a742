export type {
  Codec,
  Content,
  ContentFacts,
  ContentRef,
  Digest,
  Mark,
  MarkResult,
  Member,
  Needs,
  Part,
  Parts,
  Patch,
  Plain,
  Run,
  SegmentRef,
  Source,
  StreamPart,
} from './part.ts';
export { SEGMENT_MIN } from './part.ts';
export { ArchiveError, type ArchiveProblem } from './archive-error.ts';
export { pathProblem } from './member.ts';
export { tar, tarLength } from './tar.ts';
export type { TarDialect, TarOptions, TarOwner } from './tar-options.ts';
export { type ZipOptions, zip } from './zip.ts';
export { readTar, type TarEntry, type TarEntryType, type TarLimits } from './tar-read.ts';
export { readZip, type ZipEntry, type ZipLimits, type ZipSource } from './zip-read.ts';

/** Stable reasons why a reader refuses an archive. */
export type ArchiveProblem = 'truncated' | 'malformed' | 'unsupported' | 'limit' | 'inconsistent' | 'checksum';

/** An archive that cannot be trusted or read. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
  readonly code: ArchiveProblem;

  constructor(code: ArchiveProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The error for an entry that cannot be read; hostile names are quoted and cut. */
export function cannotRead(code: ArchiveProblem, path: string, found: string, options?: ErrorOptions): ArchiveError {
  return new ArchiveError(code, `Cannot read ${JSON.stringify(path.slice(0, 200))} in the archive: ${found}`, options);
}

export type ContentErrorCode = 'file-changed' | 'file-vanished' | 'file-unreadable' | 'store-full' | 'store-unusable' | 'encoder-missing';

/** A file to be packed is not what the plan saw, or the store cannot work. `path` is the file, of an encoder the package. */
export class ContentError extends Error {
  override readonly name = 'ContentError';
  readonly code: ContentErrorCode;
  readonly path: string;

  constructor(code: ContentErrorCode, path: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.path = path;
  }
}

export function fileChanged(path: string, state: string): ContentError {
  return new ContentError('file-changed', path, `Cannot read "${path}": ${state}`);
}

/** The error of a system call on a file to be packed. */
export function cannotRead(path: string, cause: unknown): ContentError {
  const vanished = systemCode(cause) === 'ENOENT' || systemCode(cause) === 'ENOTDIR';
  if (vanished) return new ContentError('file-vanished', path, `Cannot read "${path}": it vanished after the plan was made`, cause);
  return new ContentError('file-unreadable', path, `Cannot read "${path}": ${systemCode(cause) ?? String(cause)}`, cause);
}

/** The error of a system call on the store's own files. */
export function cannotStore(path: string, cause: unknown): ContentError {
  const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(systemCode(cause) ?? '');
  const state = full ? 'no space left on the device' : (systemCode(cause) ?? String(cause));
  return new ContentError(full ? 'store-full' : 'store-unusable', path, `Cannot keep compressed content in "${path}": ${state}`, cause);
}

export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

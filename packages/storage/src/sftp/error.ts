/** draft-ietf-secsh-filexfer-02, 7; the last of version 6, which some servers answer in any version */
export const REPLY = { NO_SUCH_FILE: 2, FAILURE: 4, NO_CONNECTION: 6, CONNECTION_LOST: 7, OP_UNSUPPORTED: 8, FILE_ALREADY_EXISTS: 11 } as const;

/** A request or a connection that did not succeed. */
export class SftpError extends Error {
  override readonly name = 'SftpError';
  /** The server's own status code. */
  readonly reply: number | undefined;
  /** As of the system: ECONNRESET when the connection broke, ETIMEDOUT when the server went silent. */
  readonly code: string | undefined;
  constructor(message: string, facts: { readonly reply?: number | undefined; readonly code?: string | undefined; readonly cause?: unknown } = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.reply = facts.reply;
    this.code = facts.code;
  }
}

/** What ssh2 calls back with. */
export function replyError(error: Error & { readonly code?: unknown }): SftpError {
  const reply = typeof error.code === 'number' ? error.code : undefined;
  if (reply === REPLY.NO_CONNECTION || reply === REPLY.CONNECTION_LOST) return lostError(error.message);
  // ssh2's words for requests under way as the connection ended, and for extensions the server did not offer
  if (error.message === 'No response from server') return lostError('the connection was lost');
  if (error.message === 'Server does not support this extended request') return new SftpError(error.message, { reply: REPLY.OP_UNSUPPORTED });
  return new SftpError(error.message, { reply });
}

export function lostError(message: string, code = 'ECONNRESET'): SftpError {
  return new SftpError(message, { code });
}

/** Says what was to be done where. */
export async function named<Result>(task: string, label: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof SftpError)) throw error;
    const { reply, code } = error;
    throw new SftpError(`Cannot ${task} on ${label}: ${error.message}`, { reply, code, cause: error.cause ?? error });
  }
}

export function isReply(error: unknown, ...replies: readonly number[]): boolean {
  return error instanceof SftpError && error.reply !== undefined && replies.includes(error.reply);
}

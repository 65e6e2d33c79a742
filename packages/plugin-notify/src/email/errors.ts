import { DistError } from '@provisioning-dist/core';

/** What core reads from `data` to decide about trying again. */
const PERMANENT = { status: 400 };
const LATER = { status: 429 };
/** Surely nothing arrived. */
const UNREACHED = { code: 'ECONNREFUSED' };
const IN_DOUBT = { code: 'ECONNRESET' };

/** `answer` is the server's own, `code` at its start: RFC 5321 4.2.1. */
export function mailRefused(server: string, code: number, answer: string): DistError {
  return new DistError('mail-refused', `Cannot send mail by ${server}: it answered ${answer}`, { data: code < 500 ? LATER : PERMANENT });
}

export function loginRefused(server: string, source: string, answer: string): DistError {
  return new DistError('login-refused', `Cannot log in to ${server}: it answered ${answer}`, {
    data: PERMANENT,
    hint: `check user and the password of ${source}`,
  });
}

export function tlsRefused(server: string, state: string): DistError {
  return new DistError('tls-refused', `Cannot encrypt the connection to ${server}: ${state}`, {
    data: PERMANENT,
    hint: 'nothing was sent; check server.security, server.port and server.ca',
  });
}

export function serverUnreached(server: string, state: string): DistError {
  return new DistError('server-unreached', `Cannot send mail by ${server}: ${state}`, { data: UNREACHED });
}

export function mailInDoubt(server: string, state: string): DistError {
  return new DistError('mail-in-doubt', `Cannot tell whether ${server} took the mail: ${state}`, { data: IN_DOUBT });
}

export function passwordRefused(source: string): DistError {
  return new DistError('password-refused', `Cannot log in with the password of ${source}: it holds a line break or NUL`, { data: PERMANENT });
}

export function caUnread(file: string, state: string): DistError {
  return new DistError('ca-unread', `Cannot read certificates from "${file}": ${state}`, { data: PERMANENT });
}

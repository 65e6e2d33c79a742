import type { DistError } from '@provisioning-dist/core';
import { clean, cut } from '../chat/text.ts';
import { loginRefused, mailInDoubt, mailRefused, serverUnreached, tlsRefused } from './errors.ts';
import type { Access } from './login.ts';
import type { Server } from './options.ts';

/** What nodemailer tells of its errors. */
interface SmtpError {
  readonly message: string;
  readonly code?: string;
  /** Of the system's error, where there was one. */
  readonly originalCode?: string;
  readonly response?: string;
  readonly responseCode?: number;
}

/** The network's own, which may pass; the others are about certificates and protocols. */
const PASSING: ReadonlySet<string | undefined> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

/** `begun`: the server had asked for the content. What it answers it has decided; silence then leaves it open. */
export function failureOf(error: unknown, { server, access }: { readonly server: Server; readonly access: Access }, begun: boolean): DistError {
  const { message, code, originalCode, response = message, responseCode } = error as SmtpError;
  const told = (text: string): string => cut(withoutSecrets(clean(text).replace(/\s+/g, ' '), access), 300);
  if (responseCode !== undefined && responseCode >= 400) {
    if (code === 'ETLS') return tlsRefused(server.host, `it answered ${told(response)}`);
    if (code === 'EAUTH' && responseCode >= 500) return loginRefused(server.host, access.login?.source ?? '', told(response));
    return mailRefused(server.host, responseCode, told(response));
  }
  if (begun) return mailInDoubt(server.host, told(message));
  if (code === 'ETLS' || (code === 'ESOCKET' && !PASSING.has(originalCode))) return tlsRefused(server.host, told(message));
  return serverUnreached(server.host, told(message));
}

/** A server may quote what it was sent. */
function withoutSecrets(text: string, { login }: Access): string {
  if (!login) return text;
  const { user, password } = login;
  const forms = [`\0${user}\0${password}`, password].map((part) => Buffer.from(part).toString('base64'));
  return [...forms, password].filter((form) => form !== '').reduce((rest, form) => rest.replaceAll(form, '***'), text);
}

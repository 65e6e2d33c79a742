import { DistError, type EffectContext, type HttpRequest, type HttpResponse } from '@provisioning-dist/core';
import { shown } from '../url.ts';
import { identityFor, NOBODY, tlsOf } from './credentials.ts';
import { redirected } from './errors.ts';
import type { CustomOptions } from './options.ts';

/** What effects and jobs have in common here. */
export type Asking = Pick<EffectContext<CustomOptions>, 'options' | 'http' | 'signal'>;

export interface Question extends Pick<HttpRequest, 'method' | 'headers' | 'body' | 'accept' | 'maxBytes'> {
  /** As the public: without credentials and headers of ours. */
  readonly anonymous?: boolean;
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** One request, as whom the options say. */
export async function ask(asking: Asking, url: string, { anonymous = false, ...question }: Question): Promise<HttpResponse> {
  const { options, http, signal } = asking;
  const { method = 'GET', accept = [] } = question;
  const { headers, secrets } = anonymous ? NOBODY : await identityFor(options, new URL(url).hostname);
  const tls = tlsOf(options);
  const isSafe = method === 'GET' || method === 'HEAD';
  try {
    const answer = await http(url, {
      ...question,
      headers: { ...question.headers, ...headers },
      accept: isSafe ? accept : [...accept, ...REDIRECTS],
      confidential: secrets.length > 0,
      ...(tls && { tls }),
      signal,
    });
    if (!isSafe && REDIRECTS.includes(answer.status)) throw redirected(method, url, new URL(answer.headers.location ?? '', url).href);
    return answer;
  } catch (error) {
    throw error instanceof DistError ? told(error, { method, url, secrets }) : error;
  }
}

const HINTS: Readonly<Record<number, string>> = {
  401: 'check "auth": the server does not know the credentials, or wants some',
  403: 'check what the credentials may do there',
  404: 'check "url": the server has no such place to put something',
  405: 'the server does not know the method there: see "method", "probe" and "delete"',
  409: 'the server sees a conflict: something else may be there, or the folder above is missing',
  411: 'the server wants a length, which is sent: something in between takes it away',
  413: 'the server takes no file of this size: raise its limit (client_max_body_size of nginx)',
  501: 'the server cannot do this at all: see "method"',
  507: 'the server has no room left: make some, then resume',
};

/** Statuses from 500 that do not pass by themselves; the runner repeats the others. */
const LASTING: readonly unknown[] = [501, 507];

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly secrets: readonly string[];
}

/** With a hint that knows the options, and without what the server may have repeated of the credentials. */
function told(error: DistError, { method, url, secrets }: Asked): DistError {
  const { status, ...data } = error.data ?? {};
  const hint = (method === 'GET' && status === 404 ? undefined : HINTS[Number(status)]) ?? error.hint;
  return new DistError(error.code, withoutSecrets(withPath(error.message, url), secrets), {
    exit: error.exit,
    ...(error.where && { where: error.where }),
    ...(hint !== undefined && { hint }),
    ...(error.cause !== undefined && { cause: error.cause }),
    data: LASTING.includes(status) ? { ...data, answered: status } : { ...data, ...(status !== undefined && { status }) },
  });
}

/** Where a header is a secret the client takes the path for one too; ours stands in the configuration. */
function withPath(message: string, url: string): string {
  return message.replace(`${new URL(url).origin}: `, `${shown(url)}: `);
}

/** The redactor knows secrets of the configuration, not those of a credentials file. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret.length >= 4).reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}

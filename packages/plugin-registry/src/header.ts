/** RFC 9110 5.6.2: a token. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** RFC 9110 5.5: visible characters, spaces and tabs. Line ends would begin another header. */
const VALUE = /^(?:[!-~\u0080-\u00ff](?:[\t -~\u0080-\u00ff]*[!-~\u0080-\u00ff])?)?$/;

/** What the connection is made of, and what has an option of its own. */
const KEPT: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function headerNameProblem(name: string): string | undefined {
  if (!NAME.test(name)) return `${JSON.stringify(name)} cannot be the name of a header`;
  return KEPT.has(name.toLowerCase()) ? `"${name}" is not for you to set: credentials go into "auth"` : undefined;
}

/** Does not repeat the value: it may be a secret. */
export function headerValueProblem(value: string): string | undefined {
  return VALUE.test(value) ? undefined : 'a header cannot hold line ends, control characters, characters beyond Latin-1, or spaces at its ends';
}

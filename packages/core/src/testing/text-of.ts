/** All of an error that anybody could print. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { data, hint, code } = error as { data?: unknown; hint?: string; code?: string };
  const cause = error.cause === undefined ? '' : ` <- ${textOf(error.cause)}`;
  return `${code ?? error.name}: ${error.message} ${hint ?? ''} ${data === undefined ? '' : JSON.stringify(data)}${cause}`.trim();
}

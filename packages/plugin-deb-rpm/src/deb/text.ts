/** Texts as control files hold them. */

export function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}

/** Lines of a folded field: an empty one is a dot; those that begin with a space keep it, as lists do (policy 5.6.13). */
export function indented(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd()}`));
}

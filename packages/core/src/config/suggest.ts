/** Edit distance (Levenshtein) with one row of memory. */
function distance(a: string, b: string): number {
  const row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0] ?? 0;
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] ?? 0;
      const replaced = diagonal + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, above + 1, (row[j - 1] ?? 0) + 1);
      diagonal = above;
    }
  }
  return row[b.length] ?? 0;
}

/** The known name that was probably meant, when one is near enough to be a slip of the keyboard. */
export function nearest(typed: string, known: Iterable<string>): string | undefined {
  if (typed.length > 64) return undefined;
  const word = typed.toLowerCase();
  let best: string | undefined;
  let least = Math.max(1, Math.floor(typed.length / 3)) + 1;
  for (const name of known) {
    const steps = name.length > 64 ? least : distance(word, name.toLowerCase());
    if (steps >= least) continue;
    least = steps;
    best = name;
  }
  return best;
}

/** `did you mean "x"?`, or the list of what is known. */
export function suggestion(typed: string, known: readonly string[]): string | undefined {
  const near = nearest(typed, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  return known.length === 0 ? undefined : `known: ${known.join(', ')}`;
}

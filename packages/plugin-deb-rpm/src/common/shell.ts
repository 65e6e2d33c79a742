/** One word of a shell, whatever it holds. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export function words(texts: readonly string[]): string {
  return texts.map(quoted).join(' ');
}

/** A value of one line: whatever else there was would be read as fields of its own. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken away
  return text.replaceAll(/[\s\x00-\x1f\x7f]+/g, ' ').trim();
}

/** `key = value`, as makepkg and abuild write them; nothing for those without a value. */
export function fieldLines(fields: readonly (readonly [key: string, value: string | number | undefined | readonly string[]])[]): string {
  return fields
    .flatMap(([key, value]) => (Array.isArray(value) ? value : [value]).map((each) => [key, each === undefined ? '' : oneLine(String(each))]))
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('');
}

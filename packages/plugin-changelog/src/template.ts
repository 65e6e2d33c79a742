/** `{name}` fields and nothing else; a field without a value is empty. `{{` and `}}` are braces. */
export function fill(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text.replace(FIELD, (found, name: string | undefined) => (name === undefined ? found.charAt(0) : (values[name] ?? '')));
}

export function unknownFields(text: string, known: readonly string[]): readonly string[] {
  return [...text.matchAll(FIELD)].flatMap(([, name]) => (name === undefined || known.includes(name) ? [] : [name]));
}

const FIELD = /\{\{|\}\}|\{([a-z]+)\}/g;

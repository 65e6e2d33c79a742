/** Text with `{name}` fields; `{{` and `}}` are braces. There is nothing else. */

/** Fields with their values; one that is known but has no value here is undefined. */
export type Values = Readonly<Record<string, string | undefined>>;

type Part = string | { readonly field: string };

const TOKEN = /\{\{|\}\}|\{([A-Za-z]\w*)\}|[{}]/g;

/** Why a text is no template of these fields; undefined when it is. */
export function templateProblem(text: string, fields: readonly string[]): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\0-\x1f\x7f]/.test(text)) return 'it holds a control character';
  for (const [token, field] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '}') return `a "${token}" stands alone: for the brace itself write "${token}${token}"`;
    if (field !== undefined && !fields.includes(field)) return `there is no {${field}}: known are {${fields.join('}, {')}}`;
  }
  return undefined;
}

export function fieldsOf(text: string): readonly string[] {
  return partsOf(text).flatMap((part) => (typeof part === 'string' ? [] : [part.field]));
}

/** Fills the fields by `print`, which is also told of those without a value. */
export function render(text: string, values: Values, print: (value: string | undefined) => string = (value = '') => value): string {
  return partsOf(text)
    .map((part) => (typeof part === 'string' ? part : print(values[part.field])))
    .join('');
}

export function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: token, 1: field, index } of text.matchAll(TOKEN)) {
    parts.push(text.slice(end, index), field === undefined ? token.slice(0, 1) : { field });
    end = index + token.length;
  }
  return [...parts, text.slice(end)];
}

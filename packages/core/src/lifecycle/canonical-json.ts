/** JSON with sorted keys: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(plain(value), sortKeys) ?? 'null';
}

/** The value as it would come back from a file: what is not JSON (functions, undefined members, `toJSON`) is gone. */
export function plain<Value>(value: Value): Value {
  const text = JSON.stringify(value);
  return text === undefined ? (undefined as Value) : (JSON.parse(text) as Value);
}

/** The same value with every string in it changed, keys too. */
export function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mapStrings(item, change)]));
}

function sortKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

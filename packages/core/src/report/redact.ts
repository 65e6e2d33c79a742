/** A copy with every string passed through `redact`: secrets are hidden before anything cuts, wraps or escapes the text. */
export function redactDeep<Value>(value: Value, redact: (text: string) => string): Value {
  return walk(value, redact) as Value;
}

function walk(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => walk(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  // secrets and the like say themselves how they are written
  if ('toJSON' in value && typeof value.toJSON === 'function') return walk(value.toJSON(), redact);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, redact)]));
}

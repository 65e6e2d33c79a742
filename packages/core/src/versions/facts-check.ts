/** Whether what a manifest from elsewhere says of changes and notes has their form. */
export function isFacts({ notes, changes }: { readonly notes?: unknown; readonly changes?: unknown }): boolean {
  return (notes === undefined || typeof notes === 'string') && (changes === undefined || (Array.isArray(changes) && changes.every(isChange)));
}

function isChange(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { commit, subject, references, type, scope, breaking, author } = value as Readonly<Record<string, unknown>>;
  const texts = [type, scope, breaking, author].every((text) => text === undefined || typeof text === 'string');
  const named = Array.isArray(references) && references.every((reference) => typeof reference === 'string');
  return texts && named && typeof subject === 'string' && /^[0-9a-f]{40,64}$/.test(String(commit));
}

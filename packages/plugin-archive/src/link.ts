/** The path inside the tree a link names; undefined when it leaves the tree. Links on the way are not followed. */
export function linkedPath(link: { readonly path: string; readonly target: string }): string | undefined {
  if (link.target.startsWith('/')) return undefined;
  const parts = link.path.split('/').slice(0, -1);
  for (const part of link.target.split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined;
    if (part !== '..' && part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

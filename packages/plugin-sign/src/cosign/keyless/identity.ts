/** `*` stands for anything, everything else for itself. */
export function identityPattern(identity: string): RegExp {
  const parts = identity.split(/\*+/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

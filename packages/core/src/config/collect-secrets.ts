import type { Secret } from '../plugin.ts';
import { type ConfigNode, type MapNode, plain } from './position.ts';
import { createSecret, isSecretReference, type SecretContext, type SecretReference } from './secret.ts';

/** Where plugins' options are; core's own keys hold no secrets. */
const SECTIONS: readonly string[] = ['build', 'packages', 'publish', 'sign', 'notify', 'products'];

function references(node: ConfigNode): SecretReference[] {
  if (node.kind === 'scalar') return [];
  if (node.kind === 'list') return node.items.flatMap(references);
  const [only] = node.entries.size === 1 ? [plain(node)] : [];
  if (isSecretReference(only)) return [only];
  return Array.from(node.entries.values()).flatMap((entry) => references(entry.node));
}

/** Every secret a configuration refers to, each once. Found by shape, before any plugin says which of its options are secrets. */
export function collectSecrets(tree: MapNode, context: SecretContext): readonly Secret[] {
  const found = [...tree.entries].filter(([key]) => SECTIONS.includes(key)).flatMap(([, entry]) => references(entry.node));
  const unique = new Map(found.map((reference) => [JSON.stringify(reference), reference]));
  return [...unique.values()].map((reference) => createSecret(reference, context));
}

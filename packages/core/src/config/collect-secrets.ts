import type { Secret } from '../plugin.ts';
import { type ConfigNode, type MapNode, plain } from './position.ts';
import { isSecretReference, type SecretReader, type SecretReference } from './secret.ts';

/** Where plugins' options and the environment of hooks are; core's other keys hold no secrets. */
const SECTIONS: readonly string[] = ['build', 'packages', 'publish', 'sign', 'validate', 'notify', 'hooks', 'products'];

function references(node: ConfigNode): SecretReference[] {
  if (node.kind === 'scalar') return [];
  if (node.kind === 'list') return node.items.flatMap(references);
  const [only] = node.entries.size === 1 ? [plain(node)] : [];
  if (isSecretReference(only)) return [only];
  return Array.from(node.entries.values()).flatMap((entry) => references(entry.node));
}

/** Every secret a configuration refers to, each once. Found by shape, before any plugin says which of its options are secrets. */
export function collectSecrets(tree: MapNode, secret: SecretReader): readonly Secret[] {
  const found = [...tree.entries].filter(([key]) => SECTIONS.includes(key)).flatMap(([, entry]) => references(entry.node));
  return [...new Set(found.map(secret))];
}

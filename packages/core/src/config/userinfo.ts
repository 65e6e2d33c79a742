import type { DistError } from '../errors.ts';
import { userinfo } from './errors.ts';
import type { ConfigNode } from './position.ts';

/** A user name alone is no secret where keys sign in: `ssh://git@host`. */
const KEYED_SCHEME = /(?:^|[^a-z])(?:git\+)?(?:ssh|sftp)$/i;

function carriesUserinfo(text: string): boolean {
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    const [authority = ''] = text.slice(at + 3).split(/[/?#\\\s]/, 1);
    const end = authority.lastIndexOf('@');
    if (end < 0) continue;
    const keyed = KEYED_SCHEME.test(text.slice(Math.max(0, at - 10), at));
    if (!keyed || authority.slice(0, end).includes(':')) return true;
  }
  return false;
}

/** URLs with `user:password@` anywhere in a configuration: the credential would end in logs and artifacts. The value itself is not repeated. */
export function findUserinfo(node: ConfigNode): DistError[] {
  if (node.kind === 'list') return node.items.flatMap(findUserinfo);
  if (node.kind === 'scalar') return typeof node.value === 'string' && carriesUserinfo(node.value) ? [userinfo(node.at)] : [];
  return [...node.entries].flatMap(([key, entry]) => [
    ...(carriesUserinfo(key) ? [userinfo({ ...entry.at, key: '(a key)' })] : []),
    ...findUserinfo(entry.node),
  ]);
}

import type { Service } from '@provisioning-dist/core';

/**
 * sysusers.d(5): the account a service runs as; one that is there already is left as it is. Services that share an account say the same of
 * it, or systemd-sysusers would call that a conflict.
 */
export function sysusers({ user, group, createUser, scope }: Service): string | undefined {
  if (!createUser || scope === 'user' || user === undefined || user === 'root') return undefined;
  const other = group !== undefined && group !== user && group !== 'root' ? group : undefined;
  return [`u ${user} - "Account of services"`, ...(other === undefined ? [] : [`g ${other} -`, `m ${user} ${other}`]), ''].join('\n');
}

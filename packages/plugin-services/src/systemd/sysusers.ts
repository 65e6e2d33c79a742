import type { Service } from '@provisioning-dist/core';

/** sysusers.d(5): the account a service runs as; an account that is there already is left as it is. */
export function sysusers({ user, group, createUser, description, dirs, scope }: Service): string | undefined {
  if (!createUser || scope === 'user' || user === undefined || user === 'root') return undefined;
  const home = dirs.state === undefined ? '-' : `/var/lib/${dirs.state}`;
  const other = group !== undefined && group !== user && group !== 'root' ? group : undefined;
  return [`u ${user} - "${comment(description)}" ${home}`, ...(other === undefined ? [] : [`g ${other} -`, `m ${user} ${other}`]), ''].join('\n');
}

/** passwd(5): a colon ends the field. Quotes and specifiers of the file itself are left out. */
function comment(description: string): string {
  return description
    .replaceAll(/[:"'\\%,]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

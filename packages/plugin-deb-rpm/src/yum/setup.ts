/** The file people put into `/etc/yum.repos.d`. */

export interface RepoFile {
  /** Of the section: a name of letters, digits and ".-_". */
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly gpgcheck: boolean;
  /** Address of the public key; undefined for a repository without signatures. */
  readonly gpgkey: string | undefined;
}

/** dnf.conf(5). One hour, for the default of two days makes releases late. */
export function printRepo({ id, title, url, gpgcheck, gpgkey }: RepoFile): string {
  const lines = [`[${id}]`, `name=${title.replace(/[\p{Cc}\s]+/gu, ' ').trim()}`, `baseurl=${url}`, 'enabled=1', `gpgcheck=${Number(gpgcheck)}`];
  const keys = gpgkey === undefined ? ['repo_gpgcheck=0'] : ['repo_gpgcheck=1', `gpgkey=${gpgkey}`];
  return `${[...lines, ...keys, 'metadata_expire=1h'].join('\n')}\n`;
}

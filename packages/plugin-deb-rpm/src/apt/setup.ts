/** The file people put into `/etc/apt/sources.list.d`. */

export interface Source {
  readonly url: string;
  readonly suite: string;
  readonly component: string;
  /** In armour; undefined for a repository without signatures. */
  readonly publicKey: string | undefined;
}

/** deb822 (sources.list(5)), the key inside: apt 2.3.10 and later need nothing else. */
export function printSources({ url, suite, component, publicKey }: Source): string {
  const trust = publicKey === undefined ? ['Trusted: yes'] : ['Signed-By:', ...folded(publicKey)];
  return `${['Types: deb', `URIs: ${url}`, `Suites: ${suite}`, `Components: ${component}`, ...trust].join('\n')}\n`;
}

function folded(text: string): readonly string[] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => (line === '' ? ' .' : ` ${line}`));
}

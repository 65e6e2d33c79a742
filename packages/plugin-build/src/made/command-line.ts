/** What people type to build by hand; undefined where a word is a template, which only a release fills. */
export function commandLine(words: readonly string[], dir?: string): string | undefined {
  const all = dir === undefined ? words : [...words, dir];
  if (all.some((word) => /\{[\w.]+\}/.test(word))) return undefined;
  const line = words.map(quoted).join(' ');
  return dir === undefined ? line : `cd ${quoted(dir)} && ${line}`;
}

/** For a POSIX shell. A first `=` is left bare, so that variables before a program stay variables. */
function quoted(word: string): string {
  const [, name = '', value = ''] = /^(\w+=)?([\s\S]*)$/.exec(word) ?? [];
  return name + (/^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`);
}

import { DistError, EXIT } from '../errors.ts';
import type { HistoryCommit, HistoryRange } from '../facts.ts';
import { answer, type Git, gitFields, run } from '../git.ts';

/** Commits of a range, the newest first, from one git process that is read as it goes. */
export async function* history(git: Git, range: HistoryRange = {}): AsyncGenerator<HistoryCommit> {
  const to = await commitOf(git, range.to ?? 'HEAD');
  const from = range.from === undefined ? undefined : await commitOf(git, range.from);
  const args = ['log', '-z', `--format=${FORMAT}`, '--encoding=UTF-8', '--no-color', to, ...(from === undefined ? [] : [`^${from}`]), '--'];
  const paths = range.paths?.length ? range.paths : await ownPaths(git);
  let open: string[] = [];
  for await (const fields of gitFields(git, [...args, ...paths])) {
    const all = open.length === 0 ? fields : [...open, ...fields];
    const whole = all.length - (all.length % FIELDS);
    for (let index = 0; index < whole; index += FIELDS) yield commitFrom(all, index);
    open = all.slice(whole);
  }
}

/** Whether a shallow clone lacks commits of the range: where it ends, git shows commits without parents. */
export async function isCut(git: Git, { from, to = 'HEAD' }: Pick<HistoryRange, 'from' | 'to'>): Promise<boolean> {
  if ((await run(git, ['rev-parse', '--is-shallow-repository'])) !== 'true') return false;
  const without = from === undefined ? [] : [`^${await commitOf(git, from)}`];
  return (await run(git, ['rev-list', '--max-parents=0', await commitOf(git, to), ...without, '--'])) !== '';
}

/** A message cannot hold NUL: git ends it there. */
const FORMAT = '%H%x00%P%x00%aN%x00%ct%x00%B';
const FIELDS = 5;

function commitFrom(fields: readonly string[], index: number): HistoryCommit {
  const [id = '', parents = '', author = '', date = '', message = ''] = fields.slice(index, index + FIELDS);
  return { id, parents: parents === '' ? [] : parents.split(' '), author, date: Number(date), message: message.trimEnd() };
}

/** A product in a folder of its own has the history of that folder. */
async function ownPaths(git: Git): Promise<readonly string[]> {
  return (await run(git, ['rev-parse', '--show-prefix'])) === '' ? [] : ['.'];
}

/** The commit a tag, branch or id leads to. */
export async function commitOf(git: Git, ref: string): Promise<string> {
  const found = ref.includes('\0') ? undefined : await tried(git, ref);
  // `^tag` and `a..b` are answered, too: with more than an id
  if (found !== undefined && /^[0-9a-f]{40,64}$/.test(found)) return found;
  throw new DistError('ref-unknown', `Cannot read the history of "${ref}": there is no such commit, tag or branch`, {
    exit: EXIT.usage,
    where: { file: git.root },
    hint: 'a shallow clone lacks tags and history: git fetch --tags --unshallow',
  });
}

/** A tag wins over a branch of its name: versions are tags. */
async function tried(git: Git, ref: string): Promise<string | undefined> {
  const question = (name: string) => answer(git, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
  return (await question(`refs/tags/${ref}`)) ?? (await question(ref));
}

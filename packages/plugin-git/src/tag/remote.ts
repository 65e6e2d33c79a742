import { type GitCall, type GitPlace, git } from '../git.ts';
import type { TagOptions } from './options.ts';

/** What the remote has, and how it is reached. */

export interface RemoteTag {
  /** Of the tag object; of the commit for a lightweight tag. */
  readonly id: string;
  readonly commit: string;
}

export function placeOf({ options, signal }: { readonly options: TagOptions; readonly signal: AbortSignal }): GitPlace {
  return { root: options.repository, signal };
}

export async function remoteTag(place: GitPlace, options: TagOptions, tag: string): Promise<RemoteTag | undefined> {
  const ref = `refs/tags/${tag}`;
  const { stdout } = await git(place, ['ls-remote', '--quiet', '--', options.remote, ref, `${ref}^{}`], await remoteCall(place, options));
  const ids = new Map(
    stdout.split('\n').flatMap((line) => {
      const [id, name] = line.split('\t');
      return id && name ? [[name, id] as const] : [];
    }),
  );
  const id = ids.get(ref);
  return id === undefined ? undefined : { id, commit: ids.get(`${ref}^{}`) ?? id };
}

export async function localTag(place: GitPlace, tag: string): Promise<RemoteTag | undefined> {
  const ask = async (name: string) => {
    const { exit, stdout } = await git(place, ['rev-parse', '--verify', '--quiet', name], { exits: [0, 1, 128] });
    return exit === 0 ? stdout.trim() : undefined;
  };
  const id = await ask(`refs/tags/${tag}`);
  return id === undefined ? undefined : { id, commit: (await ask(`refs/tags/${tag}^{}`)) ?? id };
}

/** Whether an object here is a tag with a signature of any kind (gitformat-signature(5)). */
export async function isSigned(place: GitPlace, id: string): Promise<boolean> {
  const { exit, stdout } = await git(place, ['cat-file', 'tag', id], { exits: [0, 128] });
  return exit === 0 && /^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----$/m.test(stdout);
}

/** The token goes to the server of the remote alone, by the environment; ssh asks nobody. */
export async function remoteCall(place: GitPlace, options: TagOptions): Promise<GitCall> {
  const ssh = await git(place, ['config', '--get', 'core.sshCommand'], { exits: [0, 1] });
  const batch: readonly (readonly [string, string])[] = ssh.exit === 1 ? [['core.sshCommand', 'ssh -oBatchMode=yes']] : [];
  return { remote: true, settings: [...batch, ...(await tokenSettings(place, options))] };
}

async function tokenSettings(place: GitPlace, { remote, token, username }: TagOptions): Promise<readonly (readonly [string, string])[]> {
  if (token === undefined) return [];
  const url = await pushAddress(place, remote);
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return [];
  const basic = Buffer.from(`${username}:${await token.reveal()}`).toString('base64');
  const server = `http.${new URL(url).origin}/`;
  // git takes the header of the first address along to where a redirect leads
  return [
    [`${server}.extraHeader`, `Authorization: Basic ${basic}`],
    [`${server}.followRedirects`, 'false'],
  ];
}

async function pushAddress(place: GitPlace, remote: string): Promise<string> {
  const { exit, stdout } = await git(place, ['remote', 'get-url', '--push', '--', remote], { exits: [0, 2, 128] });
  return exit === 0 ? stdout.trim() : remote;
}

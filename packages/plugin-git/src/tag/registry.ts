import { DistError, defineRegistry, type Finding, type RegistryDefinition, type RegistryJob } from '@provisioning-dist/core';
import { noCommit, tagUnsigned } from '../errors.ts';
import { git } from '../git.ts';
import { pushTag, type TagInput, tagText } from './effect.ts';
import { fill, type TagOptions, tagOptions } from './options.ts';
import { isSigned, localTag, placeOf, type RemoteTag, remoteTag } from './remote.ts';

type Job = RegistryJob<TagOptions>;

/** The release's tag, made and pushed when everything hidden is done. */
export const tag: RegistryDefinition<TagOptions> = defineRegistry<TagOptions>({
  options: tagOptions,
  effects: [pushTag],
  preflight: async (job) => [...(await nameFindings(job)), ...(await tagFindings(job))],
  publish: async (job) => {
    const input = await inputOf(job);
    const theirs = await tagOfOthers(job, input);
    if (theirs === undefined) await job.effect(pushTag, input);
    else job.log.info(`tag ${input.tag} is on ${job.options.remote} already`);
  },
  verify: async (job) => {
    const name = nameOf(job);
    const found = await remoteTag(placeOf(job), job.options, name);
    if (found?.commit === job.release.commit) return [];
    const state = found === undefined ? 'has no such tag' : `has it at ${found.commit.slice(0, 12)}`;
    return [finding(job, 'tag-differs', `Tag "${name}" is not at the release: ${job.options.remote} ${state}`)];
  },
});

/** A tag somebody pushed before, perhaps to start this release. What is signed cannot be told from ours: the effect looks at it. */
async function tagOfOthers(job: Job, input: TagInput): Promise<RemoteTag | undefined> {
  if (input.sign !== undefined) return undefined;
  const place = placeOf(job);
  const found = await remoteTag(place, job.options, input.tag);
  if (found === undefined || found.commit !== input.commit) return undefined;
  const { stdout } = await git(place, ['hash-object', '-t', 'tag', '--stdin'], { input: tagText(input) });
  return stdout.trim() === found.id ? undefined : found;
}

function nameOf({ options, release }: Job): string {
  return fill(options.tag, { name: release.name, version: release.version, notes: '' });
}

async function inputOf(job: Job): Promise<TagInput> {
  const { options, release } = job;
  const { name, version, commit, notes = '', date } = release;
  if (commit === undefined) throw noCommit();
  const tagger = options.tagger ?? (await configuredTagger(job));
  const message = fill(options.message, { name, version, notes });
  return { tag: nameOf(job), commit, tagger, date, message, ...(options.sign === undefined ? {} : { sign: options.sign }) };
}

/** `Name <mail> seconds zone`, as git is set up. */
async function configuredTagger(job: Job): Promise<string> {
  const { stdout } = await git(placeOf(job), ['var', 'GIT_COMMITTER_IDENT']);
  return stdout.trim().replace(/ \d+ [+-]\d{4}$/, '');
}

function finding({ id }: Job, code: string, message: string, hint?: string): Finding {
  return { level: 'error', code, subject: `publish.${id}`, message, ...(hint === undefined ? {} : { hint }) };
}

/** What can be told without asking the server. */
async function nameFindings(job: Job): Promise<readonly Finding[]> {
  const name = nameOf(job);
  const place = placeOf(job);
  if (job.release.commit === undefined) return [finding(job, 'git-no-commit', 'Cannot tag the release: it is made outside git')];
  const { exit } = await git(place, ['check-ref-format', `refs/tags/${name}`], { exits: [0, 1] });
  if (exit !== 0 || name.startsWith('-')) return [finding(job, 'tag-invalid', `Cannot tag "${name}": git takes no such name`)];
  const local = await localTag(place, name);
  if (local !== undefined && local.commit !== job.release.commit) return [taken(job, name, 'this repository', local.commit)];
  return taggerFindings(job);
}

async function taggerFindings(job: Job): Promise<readonly Finding[]> {
  if (job.options.tagger !== undefined) return [];
  try {
    await configuredTagger(job);
    return [];
  } catch (error) {
    if (!(error instanceof DistError) || error.code !== 'git-failed') throw error;
    const hint = 'set "tagger", or git config user.name and user.email';
    return [finding(job, 'git-no-tagger', 'Cannot tag the release: git does not know who tags', hint)];
  }
}

async function tagFindings(job: Job): Promise<readonly Finding[]> {
  const { options, release } = job;
  const name = nameOf(job);
  try {
    const found = await remoteTag(placeOf(job), options, name);
    if (found === undefined) return await signatureFindings(job, name);
    return found.commit === release.commit ? [] : [taken(job, name, options.remote, found.commit)];
  } catch (error) {
    if (!(error instanceof DistError) || error.code !== 'git-failed') throw error;
    const hint = `look at "git remote -v", or set "remote"; rights come from "token", ssh or git's credentials`;
    return [finding(job, 'git-remote', `Cannot reach remote "${options.remote}": ${error.message.replace(/^Cannot run git ls-remote: /, '')}`, hint)];
  }
}

/** A tag made here is pushed as it is; it must be what `sign` promises. */
async function signatureFindings(job: Job, name: string): Promise<readonly Finding[]> {
  const place = placeOf(job);
  const local = job.options.sign === undefined ? undefined : await localTag(place, name);
  if (local === undefined || (await isSigned(place, local.id))) return [];
  const { code, message, hint } = tagUnsigned(name);
  return [finding(job, code, message, hint)];
}

function taken(job: Job, name: string, place: string, commit: string): Finding {
  const message = `Cannot use tag "${name}": ${place} has it at ${commit.slice(0, 12)}`;
  return finding(job, 'tag-taken', message, 'release under another version; a tag that people have is not moved');
}

import { type Change, type CommitMessage, type FactsJob, type HistoryCommit, parseCommitMessage } from '@provisioning-dist/core';
import type { ChangelogOptions } from './options.ts';

/** What the commits of the release tell, the newest first, without those the options leave out. */
export async function collectChanges({ options, history, range }: FactsJob<ChangelogOptions>): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for await (const commit of history({ ...range, paths: options.paths })) {
    const change = changeOf(commit, options);
    if (change !== undefined) changes.push(change);
  }
  return changes;
}

export function changeOf({ id, parents, author, message }: HistoryCommit, options: ChangelogOptions): Change | undefined {
  if (parents.length > 1 && !options.merges) return undefined;
  const newline = message.indexOf('\n');
  const first = newline === -1 ? message : message.slice(0, newline);
  if (options.exclude.some((pattern) => pattern.test(first))) return undefined;
  if (options.include.length > 0 && !options.include.some((pattern) => pattern.test(first))) return undefined;
  const { references, ...told } = options.convention === 'plain' ? plain(message, first) : parseCommitMessage(message);
  const name = withoutAddress(author);
  return { commit: id, ...told, ...(name === '' ? {} : { author: name }), references: [...references, ...further(message, options)] };
}

function plain(message: string, first: string): CommitMessage {
  return { subject: first.trim(), references: parseCommitMessage(message).references };
}

function further(message: string, { issues }: ChangelogOptions): readonly string[] {
  return [...new Set(issues.flatMap(({ pattern }) => message.match(new RegExp(pattern.source, 'gu')) ?? []))];
}

/** Some put their address where the name belongs; notes are public. */
function withoutAddress(author: string): string {
  return author
    .replace(/<[^>]*>/g, '')
    .replace(/@[\w.-]+/g, '')
    .trim();
}

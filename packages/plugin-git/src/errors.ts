import { DistError } from '@provisioning-dist/core';

export function gitMissing(): DistError {
  return new DistError('git-missing', 'Cannot run git: it is not on PATH', { hint: 'install git, or leave the registry "tag" out' });
}

export function gitFailed(command: string, text: string, exit?: number): DistError {
  return new DistError('git-failed', `Cannot run git ${command}: ${text}`, exit === undefined ? {} : { data: { exit } });
}

export function tagTaken(tag: string, place: string, commit: string): DistError {
  return new DistError('tag-taken', `Cannot use tag "${tag}": ${place} has it at ${commit.slice(0, 12)}`, {
    hint: 'release under another version; a tag that people have is not moved',
  });
}

export function tagUnsigned(tag: string): DistError {
  return new DistError('tag-unsigned', `Cannot push signed tag "${tag}": this repository has it without a signature`, {
    hint: `delete it with "git tag --delete ${tag}", so that a signed one is made, or drop "sign"`,
  });
}

export function tagMoved(tag: string, remote: string, id: string): DistError {
  return new DistError('object-changed', `Cannot take tag "${tag}" back: ${remote} has it at ${id.slice(0, 12)} by now`, {
    hint: 'somebody moved it; look, and remove it by hand if it is to go',
  });
}

export function pushRefused(tag: string, remote: string, cause: DistError): DistError {
  return new DistError('push-refused', `Cannot push tag "${tag}" to ${remote}: ${cause.message.replace(/^Cannot run git push: /, '')}`, {
    hint: 'a rule for protected tags or branches, or missing rights, are told by the server',
    cause,
  });
}

export function noCommit(): DistError {
  return new DistError('git-no-commit', 'Cannot tag the release: it was made outside git');
}

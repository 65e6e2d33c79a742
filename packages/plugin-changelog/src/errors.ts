import { DistError, EXIT } from '@provisioning-dist/core';

export function fileProblem(file: string, cause: unknown): DistError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DistError('changelog-unreadable', `Cannot read the notes in "${file}": ${why}`, { exit: EXIT.usage, where: { file }, cause });
}

export function noSection(file: string, version: string): DistError {
  return new DistError('changelog-no-section', `Cannot find the notes of "${version}" in "${file}": no heading names it`, {
    exit: EXIT.usage,
    where: { file },
    hint: `write a section "## [${version}]"`,
  });
}

import { DistError, EXIT } from '../errors.ts';

export function journalCorrupt(file: string, line: number): DistError {
  return new DistError('journal-corrupt', `Cannot read journal "${file}": line ${line} is damaged and good lines follow it`, {
    where: { file, line },
    hint: 'keep a copy and cut the file before that line, or move it away: effects look at what is there before they act',
  });
}

export function journalFormat(file: string, found: unknown): DistError {
  return new DistError('journal-format', `Cannot read journal "${file}": its format is ${JSON.stringify(found)}, known is 1`, {
    exit: EXIT.usage,
    where: { file, line: 1 },
    hint: 'use the version of provisioning-dist that wrote it',
  });
}

export function journalOfOther(file: string, found: string, wanted: string): DistError {
  return new DistError('journal-of-other-release', `Cannot use journal "${file}": it belongs to ${found}, not ${wanted}`, {
    exit: EXIT.usage,
    where: { file, line: 1 },
    hint: 'state folders cannot be renamed or shared: restore it under its own name',
  });
}

export function journalUnwritable(file: string, cause: unknown): DistError {
  return new DistError('journal-unwritable', `Cannot write journal "${file}": ${(cause as Error).message}`, {
    where: { file },
    cause,
    hint: 'nothing is changed outside without a journal; mend the disk and run the command again',
  });
}

import { DistError, EXIT } from '../errors.ts';
import type { Finding } from '../model/finding.ts';

/** What core itself finds wrong with a folder of artifacts; formats' readers add theirs. */

function error(code: string, subject: string, message: string, hint = 'package the release again'): Finding {
  return { level: 'error', code, subject, message, hint };
}

export function missingFile(name: string): Finding {
  return error('artifact-missing', name, 'It is listed in release.json but not there');
}

export function notAFile(name: string): Finding {
  return error('artifact-type', name, 'It is not a plain file');
}

export function notAFolder(name: string): Finding {
  return error('artifact-type', name, 'It is not a folder');
}

export function otherSize(name: string, found: number, expected: number): Finding {
  return error('artifact-changed', name, `It has ${found} bytes, release.json says ${expected}`);
}

export function otherDigest(name: string, digest: string, found: string | undefined, expected: string | undefined): Finding {
  return error('artifact-changed', name, `Its ${digest} is ${found}, release.json says ${expected}`);
}

export function sumMissing(name: string, line: string): Finding {
  return error('checksum-missing', name, `The line "${line}" is not in it`);
}

export function sumExtra(name: string, line: string): Finding {
  return error('checksum-wrong', name, `The line ${JSON.stringify(line)} is not what release.json says`);
}

export function unlisted(name: string): Finding {
  return { level: 'warning', code: 'unlisted', subject: name, message: 'release.json does not list it', hint: 'move it elsewhere' };
}

export function notMade(name: string): Finding {
  return error('artifact-not-made', name, 'It is planned but not made', 'package it, or choose what to validate with --format and --platform');
}

export function notPlanned(name: string): Finding {
  return { level: 'warning', code: 'artifact-not-planned', subject: name, message: 'The plan does not make it', hint: 'package with --clean' };
}

export function noReader(name: string, format: string | undefined): Finding {
  return { level: 'note', code: 'no-reader', subject: name, message: `Nothing reads ${format ?? 'its format'} back: only its digests are checked` };
}

export function readerFailed(name: string, cause: unknown): Finding {
  const message = cause instanceof Error ? cause.message : String(cause);
  return error('reader-failed', name, message, 'this is a fault of the plugin that reads the format');
}

/** `problem` names the hook. */
export function hookFailed(name: string, { code, message, where, hint }: DistError): Finding {
  return {
    level: 'error',
    code,
    subject: name,
    message: where?.subject === undefined ? message : `${where.subject}: ${message}`,
    ...(hint && { hint }),
  };
}

/** `id` is that of an instance under `validate:`. */
export function validatorFailed(id: string, cause: unknown): Finding {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!(cause instanceof DistError)) return error('validator-failed', id, message, 'this is a fault of the plugin that provides the validator');
  return { level: 'error', code: cause.code, subject: id, message, ...(cause.hint !== undefined && { hint: cause.hint }) };
}

export function validatorRefuses(id: string, errors: number): DistError {
  return new DistError('artifacts-invalid', `Cannot accept the artifacts by "${id}": ${counted(errors)}`, { exit: EXIT.validation });
}

/** Throws with the exit code of validation when one of them is an error. */
export function refuseErrors(findings: readonly Finding[], folder: string): void {
  const errors = countOf(findings, 'error');
  if (errors === 0) return;
  throw new DistError('validation-failed', `Cannot accept the release in "${folder}": ${counted(errors)}`, { exit: EXIT.validation });
}

function counted(errors: number): string {
  return `${errors} ${errors === 1 ? 'error' : 'errors'}`;
}

export function countOf(findings: readonly Finding[], level: Finding['level']): number {
  return findings.filter((finding) => finding.level === level).length;
}

export function summaryOf(findings: readonly Finding[]): string {
  const [warnings, notes] = [countOf(findings, 'warning'), countOf(findings, 'note')];
  const parts = [warnings > 0 ? `${warnings} warnings` : '', notes > 0 ? `${notes} notes` : ''].filter(Boolean);
  return parts.length === 0 ? 'good' : parts.join(', ');
}

import type { Finding } from '@provisioning-dist/core';
import type { Format } from '../errors.ts';

/** What can be wrong with a package. Codes begin with the format's name. */
export type Problem = Pick<Finding, 'level' | 'code' | 'message'> & { readonly path?: string };

export function error(code: string, message: string, path?: string): Problem {
  return { level: 'error', code, message, ...(path === undefined ? {} : { path }) };
}

export function warning(code: string, message: string, path?: string): Problem {
  return { ...error(code, message, path), level: 'warning' };
}

export function findingOf(format: Format, name: string): (problem: Problem) => Finding {
  return ({ path, code, ...finding }) => ({ ...finding, code: `${format}-${code}`, subject: path ?? name });
}

export function octal(mode: number): string {
  return `0${mode.toString(8).padStart(3, '0')}`;
}

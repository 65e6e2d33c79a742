import type { Finding } from '@provisioning-dist/core';

/** What can be wrong with an rpm. Codes begin with `rpm-`. */

export type Problem = Pick<Finding, 'level' | 'code' | 'message'> & { readonly path?: string };

export function error(code: string, message: string, path?: string): Problem {
  return { level: 'error', code: `rpm-${code}`, message, ...(path === undefined ? {} : { path }) };
}

export function warning(code: string, message: string, path?: string): Problem {
  return { ...error(code, message, path), level: 'warning' };
}

export function findingOf(name: string, { path, ...finding }: Problem): Finding {
  return { ...finding, subject: path === undefined ? name : path };
}

export function octal(mode: number): string {
  return `0${mode.toString(8).padStart(3, '0')}`;
}

import parseVersion from 'semver/functions/parse.js';
import { findUserinfo } from '../config/userinfo.ts';

/** What a project tells of itself, and the ways to make each of it something a configuration may hold. */

export interface InitRule {
  readonly type?: 'symlink';
  readonly from: string;
  readonly to: string;
  readonly role?: 'binary';
  readonly mode?: string;
  readonly exclude?: readonly string[];
  readonly platforms?: readonly string[];
}

export interface InitBuilder {
  readonly cargo?: { readonly bins: readonly string[] };
  readonly go?: { readonly main: readonly string[]; readonly ldflags?: string };
}

export interface InitFacts {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly description?: string | undefined;
  readonly homepage?: string | undefined;
  readonly license?: string | undefined;
  readonly maintainer?: string | undefined;
  readonly vendor?: string | undefined;
  readonly platforms?: readonly string[] | undefined;
  readonly build?: InitBuilder | undefined;
  readonly contents?: readonly InitRule[] | undefined;
  readonly formats?: readonly string[] | undefined;
  /** The file all of it comes from. */
  readonly source: string;
}

export type Data = Readonly<Record<string, unknown>>;

export function dataOf(value: unknown): Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Data) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textsOf(value: unknown): readonly string[] {
  return listOf(value).filter((each) => typeof each === 'string');
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** One line without control characters; undefined when nothing is left, and when it carries a password, which `check` refuses. */
export function lineOf(value: unknown): string | undefined {
  const line = (textOf(value) ?? '')
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  const hidden = findUserinfo({ kind: 'scalar', at: { file: '', key: '' }, value: line }).length > 0;
  return line === '' || hidden ? undefined : line;
}

/** A product name: the scope of an npm package goes, and what no name may hold becomes a hyphen. */
export function nameOf(value: unknown): string | undefined {
  const name = (textOf(value) ?? '')
    .replace(/^@[^/]*\//, '')
    .replace(/[^A-Za-z0-9+._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|-+$/g, '')
    .slice(0, 100);
  return name === '' ? undefined : name;
}

export function versionOf(value: unknown): string | undefined {
  return parseVersion(textOf(value) ?? '')?.version;
}

export function homepageOf(value: unknown): string | undefined {
  const line = lineOf(value);
  return line !== undefined && /^https?:\/\/[^\s/]+/.test(line) && !/\s/.test(line) && URL.canParse(line) ? line : undefined;
}

/** Of programs and folders that become part of a template and of a path: nothing there has a meaning of its own. */
export function isPlain(name: string): boolean {
  return /^\w[\w.-]*$/.test(name) && name.length <= 100;
}

/** A relative path of plain names. */
export function isPlainPath(path: string): boolean {
  return path.split('/').every(isPlain);
}

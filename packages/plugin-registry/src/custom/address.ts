import type { Artifact, Release } from '@provisioning-dist/core';
import { addressAway } from './errors.ts';
import { fieldsOf, render, templateProblem, type Values } from './template.ts';

/** Addresses from templates: what is put in is escaped, so that it cannot lead anywhere else. */

export const RELEASE_FIELDS: readonly string[] = ['product', 'name', 'version', 'tag'];
export const ARTIFACT_FIELDS: readonly string[] = [...RELEASE_FIELDS, 'artifact', 'platform', 'variant', 'sha256'];

/** Stands for what has no value until its part of the path is known. */
const ABSENT = '\0';

/** Why a text is no template of an http(s) address; undefined when it is. */
export function addressProblem(text: string, fields: readonly string[]): string | undefined {
  const problem = templateProblem(text, fields);
  if (problem !== undefined) return problem;
  const [, authority = ''] = /^https?:\/\/([^/?#]+)\//.exec(text) ?? [];
  if (authority.includes('@')) return 'it holds credentials: give "auth"';
  if (/[{}]/.test(authority)) return 'the host cannot have fields: credentials must not go where a name leads';
  if (authority === '' || !URL.canParse(render(text, {}, () => 'x'))) return 'it is no http(s) address with a path';
  return text.includes('#') ? 'it has a fragment, which servers are never told' : undefined;
}

/** Of a part of the path that is all absent nothing remains, not even its slash. Throws a DistError for values that would climb in the path. */
export function addressOf(template: string, values: Values): string {
  const filled = render(template, values, (value) => (value === undefined || value === '' ? ABSENT : encodeURIComponent(value)));
  const [path = '', ...query] = filled.split('?');
  const parts = path.split('/').filter((part) => !/^\0+$/.test(part));
  const plain = parts.map((part) => part.replaceAll(ABSENT, ''));
  if (plain.some((part) => /^(?:\.|%2e){1,2}$/i.test(part))) throw addressAway(template, plain.join('/'));
  return [plain.join('/'), ...query.map((part) => part.replaceAll(ABSENT, ''))].join('?');
}

/** Whether every field has its value. */
export function isComplete(template: string, known: readonly string[]): boolean {
  return fieldsOf(template).every((field) => known.includes(field));
}

export function releaseValues({ product, name, version }: Pick<Release, 'product' | 'name' | 'version'>, tag: string): Values {
  return { product, name, version, tag };
}

export function artifactValues(
  release: Values,
  artifact: Pick<Artifact, 'name' | 'sha256'> & Partial<Pick<Artifact, 'platform' | 'variant'>>,
): Values {
  const { name, sha256, platform, variant } = artifact;
  return { ...release, artifact: name, sha256, ...(platform !== undefined && { platform }), ...(variant !== undefined && { variant }) };
}

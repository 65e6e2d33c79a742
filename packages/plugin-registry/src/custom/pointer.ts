import type { Release } from '@provisioning-dist/core';
import { pointerTag } from '../store/pointer.ts';
import { addressOf, releaseValues } from './address.ts';
import type { CustomOptions, PointerOptions } from './options.ts';
import { fieldsOf, partsOf, render, type Values } from './template.ts';

/** What tells clients which version is the newest. */

export interface PointedRelease extends Pick<Release, 'product' | 'name' | 'version'> {
  readonly commit?: string | undefined;
  /** Seconds since 1970. */
  readonly date?: number | undefined;
}

/** Where a version's pointer is; undefined for a pre-release without a pointer of its own, since clients of the plain one must not get it. */
export function pointerAddress(options: CustomOptions, release: Pick<Release, 'product' | 'name' | 'version'>): string | undefined {
  const { pointer } = options;
  const tag = tagOf(release);
  if (!pointer || (tag !== 'latest' && !fieldsOf(pointer.url).includes('tag'))) return undefined;
  return addressOf(pointer.url, releaseValues(release, tag));
}

/** Snapshots are not published here. */
export function tagOf({ version }: Pick<Release, 'version'>): string {
  return pointerTag({ version, snapshot: false });
}

/** `manifest`: the address of its release.json. */
export function pointerBody({ body }: PointerOptions, release: PointedRelease, manifest: string | undefined): string {
  const { commit, date } = release;
  const values: Values = {
    ...releaseValues(release, tagOf(release)),
    date: date === undefined ? undefined : new Date(date * 1000).toISOString(),
    commit,
    manifest,
  };
  if (typeof body === 'string') return render(body, values);
  const members = Object.entries(body).filter(([, template]) => !isAbsent(template, values));
  return `${JSON.stringify(Object.fromEntries(members.map(([name, template]) => [name, render(template, values)])), null, 2)}\n`;
}

function isAbsent(template: string, values: Values): boolean {
  const fields = fieldsOf(template);
  return fields.length > 0 && fields.every((field) => values[field] === undefined);
}

/** The version a pointer names; undefined when that cannot be told. */
export function versionIn(text: string, { body }: PointerOptions): string | undefined {
  return typeof body === 'string' ? (byTemplate(text, body) ?? byMember(text, 'version')) : byMember(text, memberOf(body));
}

function memberOf(body: Readonly<Record<string, string>>): string {
  return Object.entries(body).find(([, template]) => template === '{version}')?.[0] ?? 'version';
}

function byMember(text: string, member: string): string | undefined {
  try {
    const value: unknown = (JSON.parse(text) as Record<string, unknown> | null)?.[member];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Versions have no other characters; other fields may be anything. */
function byTemplate(text: string, template: string): string | undefined {
  let seen = false;
  const pattern = partsOf(template).map((part) => {
    if (typeof part === 'string') return part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    if (part.field !== 'version' || seen) return '[^]*?';
    seen = true;
    return '([0-9A-Za-z.+-]+)';
  });
  return seen ? new RegExp(`^${pattern.join('')}$`).exec(text)?.[1] : undefined;
}

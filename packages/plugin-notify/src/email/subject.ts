import type { ChannelJob } from '@provisioning-dist/core';
import { clean, cut } from '../chat/text.ts';

const FIELD = /\{(\w*)\}/g;
const FIELDS: readonly string[] = ['title', 'name', 'product', 'version', 'type'];

/** Far below what RFC 5322 lets a folded header be, and more than anybody reads. */
const LONGEST = 250;

export function unknownFields(template: string): readonly string[] {
  return [...template.matchAll(FIELD)].map(([, name = '']) => name).filter((name) => !FIELDS.includes(name));
}

/** One line, whatever the title holds. */
export function subjectOf(template: string, { message, release }: Pick<ChannelJob<unknown>, 'message' | 'release'>): string {
  const { title, type } = message;
  const { name, product, version } = release;
  const fields: Readonly<Record<string, string>> = { title, type, name, product, version };
  return oneLine(template.replace(FIELD, (_, field: string) => fields[field] ?? ''));
}

export function oneLine(text: string): string {
  return cut(clean(text).replace(/\s/g, ' ').trim(), LONGEST);
}

import type { Plain } from './pack.ts';
import { isListed, type State, sorted } from './state.ts';

/** The three lists: made of the packages' elements alone, so that adding to them and making them anew give the same bytes. */

export const LISTS = {
  primary: { root: 'metadata', namespaces: 'xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm"' },
  filelists: { root: 'filelists', namespaces: 'xmlns="http://linux.duke.edu/metadata/filelists"' },
  other: { root: 'otherdata', namespaces: 'xmlns="http://linux.duke.edu/metadata/other"' },
} as const;

export type ListType = keyof typeof LISTS;

export const LIST_TYPES: readonly ListType[] = ['primary', 'filelists', 'other'];

export function printLists({ packages }: Pick<State, 'packages'>): readonly Plain[] {
  const listed = sorted(packages.filter(isListed));
  return LIST_TYPES.map((type) => {
    const { root, namespaces } = LISTS[type];
    const elements = listed.map((each) => `${each[type]}\n`).join('');
    const text = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} ${namespaces} packages="${listed.length}">\n${elements}</${root}>\n`;
    return { type, name: `${type}.xml`, bytes: Buffer.from(text) };
  });
}

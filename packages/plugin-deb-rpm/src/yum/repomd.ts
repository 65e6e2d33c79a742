import type { MetadataFile } from './pack.ts';
import { isKey } from './state.ts';
import { attributes, childrenOf, firstElement } from './xml.ts';

/** repomd.xml: the one file that changes in its place. */

export const REPOMD = 'repodata/repomd.xml';

/** What is kept beside the metadata. */
export const NOTES = 'provisioning-dist';

/** A file that is listed. */
export interface ListedData {
  readonly type: string;
  readonly key: string;
  readonly checksum: { readonly algorithm: string; readonly hex: string };
  /** As it is written. */
  readonly xml: string;
}

export interface Repomd {
  /** Undefined where it is no number. */
  readonly revision: number | undefined;
  readonly data: readonly ListedData[];
}

/** Undefined for what is none; an error's text for what cannot be kept. */
export function parseRepomd(text: string): Repomd | undefined {
  const children = childrenOf(text.replace(/<revision>[^<]*<\/revision>|<revision\/>|<tags>.*?<\/tags>/gs, ''), 'repomd', 'data');
  const data = children?.map(dataOf);
  if (!data?.every((each) => each !== undefined)) return undefined;
  const revision = Number(firstElement(text, 'revision')?.text.trim() || Number.NaN);
  return { revision: Number.isSafeInteger(revision) ? revision : undefined, data };
}

function dataOf(xml: string): ListedData | undefined {
  const type = firstElement(xml, 'data')?.attributes.get('type');
  const location = firstElement(xml, 'location')?.attributes;
  const checksum = firstElement(xml, 'checksum');
  const [key, algorithm, hex] = [location?.get('href'), checksum?.attributes.get('type'), checksum?.text.trim()];
  if (type === undefined || key === undefined || !isKey(key) || location?.has('xml:base')) return undefined;
  if (algorithm === undefined || hex === undefined || !/^[0-9a-f]+$/.test(hex)) return undefined;
  return { type, key, checksum: { algorithm: algorithm === 'sha' ? 'sha1' : algorithm, hex }, xml };
}

export interface RepomdContent {
  readonly revision: number;
  readonly files: readonly MetadataFile[];
  /** Elements of other tools. */
  readonly others: readonly string[];
}

export function printRepomd({ revision, files, others }: RepomdContent): string {
  const data = files.map(({ type, key, bytes, sha256, open }) =>
    [
      `  <data${attributes({ type })}>`,
      `    <checksum type="sha256">${sha256}</checksum>`,
      `    <open-checksum type="sha256">${open.sha256}</open-checksum>`,
      `    <location${attributes({ href: key })}/>`,
      `    <timestamp>${revision}</timestamp>`,
      `    <size>${bytes.length}</size>`,
      `    <open-size>${open.size}</open-size>`,
      '  </data>\n',
    ].join('\n'),
  );
  const namespaces = 'xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm"';
  const lines = [`  <revision>${revision}</revision>\n`, ...data, ...others.map((xml) => `  ${xml}\n`)];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<repomd ${namespaces}>\n${lines.join('')}</repomd>\n`;
}

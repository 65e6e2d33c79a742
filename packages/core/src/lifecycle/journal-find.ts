import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ProductConfig } from '../config/config.ts';
import { JOURNAL_NAME, type JournalContent, readJournal } from './journal-read.ts';
import { type JournalSummary, summarise } from './journal-summary.ts';

/** Journals on this machine, by what they say of themselves. */
export interface FoundJournal {
  readonly product: string;
  readonly version: string;
  readonly content: JournalContent;
  readonly summary: JournalSummary;
}

/** Those of the products, in the order of their folders. */
export async function findJournals(products: readonly ProductConfig[], version?: string): Promise<readonly FoundJournal[]> {
  const names = new Set(products.map(({ product }) => product));
  const folders = [...new Set(products.map(({ paths }) => join(paths.state, 'releases')))].flatMap(releaseFolders);
  const contents = await Promise.all(folders.map((folder) => readJournal(folder)));
  return contents.flatMap((content) => {
    const { header } = content;
    if (!header || !names.has(header.product) || (version !== undefined && header.version !== version)) return [];
    return [{ product: header.product, version: header.version, content, summary: summarise(content) }];
  });
}

function releaseFolders(parent: string): readonly string[] {
  if (!existsSync(parent)) return [];
  const folders = readdirSync(parent)
    .sort()
    .map((name) => join(parent, name));
  return folders.filter((folder) => existsSync(join(folder, JOURNAL_NAME)));
}

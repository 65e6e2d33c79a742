import type { Distribution, ReadView } from '@provisioning-dist/core';
import type { ArchiveOptions } from '../options.ts';
import { type Naming, topFolder } from '../tree.ts';
import type { Archive } from './checks.ts';
import type { Listed } from './listed.ts';

/** What is known of an archive that is read, beside its bytes. */
export interface Reading<Options> extends Naming {
  readonly distribution?: Distribution | undefined;
  readonly view?: ReadView<Options> | undefined;
}

/** What its entries are checked against. */
export function archiveOf(name: string, entries: readonly Listed[], { distribution, view, ...naming }: Reading<ArchiveOptions>): Archive {
  const folder = topFolder({ fileName: name, options: view?.options }, naming);
  return { name, top: { folder, certain: view !== undefined }, date: view?.date, entries, distribution };
}

import type { Entry, FormatJob } from '@provisioning-dist/core';
import { ContentStore, type Needs } from '@provisioning-dist/payload';
import { createOptionsKit } from '../../../core/src/config/options-kit.ts';
import { writeParts } from '../../../core/src/lifecycle/output.ts';
import { srpmFormat } from '../../src/srpm/format.ts';
import type { SrpmOptions } from '../../src/srpm/options.ts';
import { formatJob } from '../rpm/rpm-package.ts';

export interface SourceMaking {
  readonly entries: readonly Entry[];
  /** As in the configuration. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly job?: Partial<FormatJob<SrpmOptions>>;
}

export function srpmOptionsOf(written: unknown): SrpmOptions {
  return srpmFormat.options(createOptionsKit({ env: {}, root: '.', onValue: () => {} })).parse(written) as SrpmOptions;
}

export function srpmJob({ entries, options, job = {} }: SourceMaking): FormatJob<SrpmOptions> {
  const { options: _, ...common } = formatJob({ entries });
  return { ...common, id: 'srpm', options: srpmOptionsOf(options), fileName: 'acme-1.2.3-1.src.rpm', ...job };
}

export async function writeSrpm(making: SourceMaking, path: string): Promise<void> {
  const job = srpmJob(making);
  const store = await ContentStore.open();
  try {
    await store.prepare(job.entries, (srpmFormat.needs as (options: SrpmOptions) => Needs)(job.options));
    await writeParts(srpmFormat.write?.({ ...job, content: store }) ?? [], { path, store });
  } finally {
    await store.close();
  }
}

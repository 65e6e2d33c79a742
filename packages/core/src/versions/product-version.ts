import type { ProductConfig } from '../config/config.ts';
import { DistError } from '../errors.ts';
import { severalTags } from '../model/version-tags.ts';
import { knownTags, type ReleaseTypeOptions, releaseVersion } from './version-state.ts';

/** What the command `version` answers. */
export interface ProductVersion {
  readonly product: string;
  readonly name: string;
  /** Absent before the first tag. */
  readonly current?: string;
  /** Its tag; absent for a version that the configuration says. */
  readonly tag?: string;
  /** Tags of versions at HEAD, the one that counts first. */
  readonly here: readonly string[];
  /** Absent where there can be none now; `why` says it. */
  readonly next?: string;
  readonly why: string;
  readonly notice?: string;
}

export async function productVersion(product: ProductConfig, options: ReleaseTypeOptions, signal: AbortSignal): Promise<ProductVersion> {
  const about = { product: product.product, name: product.name };
  if (product.version !== 'git') return { ...about, current: product.version, here: [], why: 'the configuration says it' };
  const known = await knownTags(product, signal);
  if (known === undefined) return { ...about, ...(await reason(product, options, signal)), here: [] };
  const { current, here } = known;
  const tags = here.map(({ tag }) => tag);
  const notice = severalTags(tags, product.tagPrefix);
  return {
    ...about,
    ...(current === undefined ? {} : { current: current.version, tag: current.tag }),
    here: tags,
    ...(await reason(product, options, signal)),
    ...(notice === undefined ? {} : { notice }),
  };
}

/** The same for those who are asked something else: what git cannot tell is no error. */
export async function tellableVersion(product: ProductConfig, signal: AbortSignal): Promise<ProductVersion> {
  try {
    return await productVersion(product, { type: 'auto' }, signal);
  } catch (error) {
    if (!(error instanceof DistError)) throw error;
    return { product: product.product, name: product.name, here: [], why: error.message };
  }
}

/** The next version, or why there is none: what `release` would end with. */
async function reason(
  product: ProductConfig,
  options: ReleaseTypeOptions,
  signal: AbortSignal,
): Promise<{ readonly next?: string; readonly why: string }> {
  try {
    const { next } = await releaseVersion(product, options, signal);
    return { next: next.version, why: next.why };
  } catch (error) {
    if (error instanceof DistError && EXPECTED.has(error.code)) return { why: error.message };
    throw error;
  }
}

const EXPECTED: ReadonlySet<string> = new Set(['version-released', 'version-nothing-new', 'version-no-git']);

export function versionText({ name, current, next, why, notice }: ProductVersion): string {
  const line = `${name} ${current ?? 'has no version yet'}${next === undefined ? '' : ` -> ${next}`}`;
  return [line, why, ...(notice === undefined ? [] : [notice])].join('\n');
}

import type { OptionsKit, RegistryDefinition, Release } from '@provisioning-dist/core';

/** What every registry made of stored objects has, wherever they are. */
export interface StoreOptions {
  /** Where an artifact goes. */
  readonly layout: string;
  /** Public address of the root, when a server shows it. */
  readonly url?: string | undefined;
}

type Schema<Options> = ReturnType<RegistryDefinition<Options>['options']>;
type Field = 'product' | 'name' | 'version' | 'artifact';

const FIELDS: ReadonlySet<string> = new Set<Field>(['product', 'name', 'version', 'artifact']);

export function storeShape({ z }: OptionsKit): { readonly layout: Schema<string>; readonly url: Schema<string | undefined> } {
  return {
    layout: z
      .string()
      .refine(isLayout, { error: `must be a relative path of the fields {${[...FIELDS].join('}, {')}}, with {artifact} in it` })
      .default('{name}/{version}/{artifact}')
      .describe('Where an artifact goes'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Public address of what is published into'),
  };
}

/** The key of an artifact. */
export function keyOf({ layout }: StoreOptions, release: Pick<Release, Exclude<Field, 'artifact'>>, artifact: string): string {
  const values: Readonly<Record<Field, string>> = { product: release.product, name: release.name, version: release.version, artifact };
  return layout.replace(/\{(\w+)\}/g, (_, field: Field) => values[field]);
}

/** The address of a key below a public one. */
export function addressBelow(url: string, key: string): string {
  return `${url.replace(/\/$/, '')}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

function isLayout(text: string): boolean {
  const fields = [...text.matchAll(/\{(\w*)\}/g)].map(([, field = '']) => field);
  const rest = text.replace(/\{\w*\}/g, 'x');
  const isPath = !/[{}\\]/.test(rest) && rest.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  return isPath && fields.includes('artifact') && fields.every((field) => FIELDS.has(field));
}

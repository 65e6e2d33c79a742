import type { RegistryDefinition, Release } from '@provisioning-dist/core';
import { fileStorage, type Storage } from '@provisioning-dist/storage';

export interface LocalOptions {
  /** Absolute path of the folder published into. */
  readonly path: string;
  /** Where in it an artifact goes. */
  readonly layout: string;
  /** Public address of the folder, when a server shows it. */
  readonly url?: string | undefined;
}

type Field = 'product' | 'name' | 'version' | 'artifact';

const FIELDS: ReadonlySet<string> = new Set<Field>(['product', 'name', 'version', 'artifact']);

export const localOptions: RegistryDefinition<LocalOptions>['options'] = ({ z, path }) =>
  z.object({
    path: path().prefault('published').describe('Folder published into'),
    layout: z
      .string()
      .refine(isLayout, { error: `must be a relative path of the fields {${[...FIELDS].join('}, {')}}, with {artifact} in it` })
      .default('{name}/{version}/{artifact}')
      .describe('Where in the folder an artifact goes'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Public address of the folder'),
  });

/** The key of an artifact. */
export function keyOf(options: LocalOptions, release: Release, artifact: string): string {
  const values: Readonly<Record<Field, string>> = { product: release.product, name: release.name, version: release.version, artifact };
  return options.layout.replace(/\{(\w+)\}/g, (_, field: Field) => values[field]);
}

const storages = new WeakMap<LocalOptions, Storage>();

/** One storage for all effects of an instance. */
export function storageOf(options: LocalOptions): Storage {
  const storage = storages.get(options) ?? fileStorage(options.path);
  storages.set(options, storage);
  return storage;
}

function isLayout(text: string): boolean {
  const fields = [...text.matchAll(/\{(\w*)\}/g)].map(([, field = '']) => field);
  const rest = text.replace(/\{\w*\}/g, 'x');
  const isPath = !/[{}\\]/.test(rest) && rest.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  return isPath && fields.includes('artifact') && fields.every((field) => FIELDS.has(field));
}

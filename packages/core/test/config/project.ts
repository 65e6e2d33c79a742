import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { LoadedConfig, ProductConfig } from '../../src/config/config.ts';
import { type LoadOptions, loadConfig } from '../../src/config/load.ts';
import { DistError, DistErrors } from '../../src/errors.ts';

const folders: string[] = [];

/** A temporary repository with these files. */
export function project(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dist-config-')));
  folders.push(folder);
  mkdirSync(join(folder, '.git'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

export function removeProjects(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}

export function load(cwd: string, options: Partial<LoadOptions> = {}): Promise<LoadedConfig> {
  return loadConfig({ cwd, env: {}, ...options });
}

/** Enough to be complete; `text` is added. */
export function yamlProject(text: string): string {
  return project({ 'provisioning-dist.yaml': `name: acme\nplatforms: [linux-amd64]\n${text}` });
}

export async function loadYaml(text: string): Promise<ProductConfig> {
  const { products } = await load(yamlProject(text));
  const [product] = products;
  assert.ok(product);
  return product;
}

/** The one thing of a list with exactly one. */
export function only<Item>(list: readonly Item[]): Item {
  const [first] = list;
  assert.equal(list.length, 1);
  assert.ok(first !== undefined);
  return first;
}

/** What a failing action throws, one by one. */
export async function problems(action: () => unknown): Promise<readonly DistError[]> {
  try {
    await action();
  } catch (error) {
    if (error instanceof DistErrors) return error.errors;
    if (error instanceof DistError) return [error];
    throw error;
  }
  throw new assert.AssertionError({ message: 'nothing was thrown' });
}

/** `code file:line:column key` of each problem. */
export async function places(action: () => unknown): Promise<readonly string[]> {
  return (await problems(action)).map(({ code, where }) => {
    const place = [where?.file, where?.line, where?.column].filter((part) => part !== undefined).join(':');
    return [code, place, where?.subject].filter((part) => part !== undefined && part !== '').join(' ');
  });
}

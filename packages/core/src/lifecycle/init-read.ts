import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from '../config/read-text.ts';
import { DistError, EXIT } from '../errors.ts';
import { type Data, dataOf } from './init-facts.ts';

/** A manifest of the project as data; undefined when there is none. */
export async function readData(root: string, name: string): Promise<Data | undefined> {
  const file = join(root, name);
  if (!existsSync(file)) return undefined;
  const text = readText(file, name);
  try {
    return dataOf(await parsed(name, text));
  } catch (error) {
    throw broken(name, error);
  }
}

async function parsed(name: string, text: string): Promise<unknown> {
  if (name.endsWith('.toml')) return (await import('smol-toml')).parse(text);
  if (name.endsWith('.json')) return JSON.parse(text);
  return (await import('yaml')).parse(text);
}

/** Names in a folder of the project, sorted; none when it is not there. */
export function namesIn(...path: readonly string[]): readonly string[] {
  const folder = join(...path);
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function broken(file: string, cause: unknown): DistError {
  const [state = ''] = (cause as Error).message.split('\n');
  return new DistError('init-manifest', `Cannot read "${file}": ${state}`, {
    exit: EXIT.usage,
    where: { file },
    hint: 'mend it, or write the configuration by hand (docs/configuration.md)',
    cause,
  });
}

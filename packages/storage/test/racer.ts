/** Tries to create thirty objects, and counts in another one, beside other processes doing the same. */
import { once } from 'node:events';
import { fileStorage, PreconditionFailed, type Storage } from '../src/index.ts';

const [root = '', name = ''] = process.argv.slice(2);
const storage = fileStorage(root);
process.send?.('ready');
await once(process, 'message');
const wins: number[] = [];
for (let round = 0; round < 30; round++) {
  if (await create(storage, `round/${round}`)) wins.push(round);
  await count(storage, 'sum');
}
process.send?.(wins, () => process.disconnect());

async function create(target: Storage, key: string): Promise<boolean> {
  return await target.putIf(key, Buffer.from(name), 'absent').then(() => true, lost);
}

async function count(target: Storage, key: string): Promise<void> {
  const found = await target.get(key);
  const sum = Number(Buffer.from(found?.bytes ?? []).toString()) + 1;
  const written = await target.putIf(key, Buffer.from(`${sum}`), found ?? 'absent').then(() => true, lost);
  if (!written) await count(target, key);
}

function lost(error: unknown): false {
  if (error instanceof PreconditionFailed) return false;
  throw error;
}

/** Stays in the middle of a write: its body is a sparse file that takes minutes to copy. */
import { existsSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileStorage } from '../src/index.ts';

const [root = '', key = ''] = process.argv.slice(2);
const size = 2 ** 38;
writeFileSync(`${root}.sparse`, '');
truncateSync(`${root}.sparse`, size);
void fileStorage(root).put(key, { path: `${root}.sparse`, size });

const directory = join(root, dirname(key));
const timer = setInterval(() => {
  if (!existsSync(directory) || readdirSync(directory).length === 0) return;
  clearInterval(timer);
  process.send?.('writing');
}, 2);

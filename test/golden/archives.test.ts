import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import archives from '@provisioning-dist/plugin-archive';
import type { AnyFormat } from '../../packages/core/src/plugin.ts';
import { file, formatJob, sampleEntries, withStore, writeFile } from '../../packages/plugin-archive/test/package.ts';

/** sha256 of every archive of one distribution, the same on every machine and Node. Another one is another format: say so in the changelog. */
const GOLDEN: Readonly<Record<string, string>> = {
  'tar.gz': 'f54d1bc90bce7d00c0d3518ff21f4516d8b1845b2bf4ab974ee3f6c1f4cf4cfd',
  'tar.xz': '2debbe7b5c504dc196803dcb87fc7f5bb3fc3142a75425fad4c9b6c3b626019b',
  'tar.zst': '3a8879943a7a41be435285f91c4c35a2734f2d17765597180367d26351357f7c',
  'tar.br': 'eee81e506c1b03c2c9675c66796138875eeb0157c4c5a7dc76ce83429bed1313',
  zip: '82ebcd22a870f3b510fc1ec127195958ed61e0123bd5628b12c23b4c85d5ab55',
  source: 'b681384ff3375a065ad918f9ab9e7f0f9ea5a6d0b1f9c1f1deec642612356439',
  docs: '94848696769c1399b9332b5b3c37cce775837f9ec06911e8cba9ec55c90926fd',
};

const DISTRIBUTION = [...sampleEntries(), file('share/large', Buffer.alloc(2_500_000, 'What is large enough travels on its own. '))];

function make(key: string, format: AnyFormat): Promise<string> {
  return withStore(format, formatJob(DISTRIBUTION, { options: {}, fileName: `app-1.2.3-linux-amd64.${key}` }), async ({ job, folder, store }) => {
    const path = join(folder, job.fileName);
    await writeFile(format.write?.(job) ?? [], path, store);
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  });
}

describe('the bytes of', () => {
  for (const [key, format] of Object.entries(archives.formats ?? {}).filter(([, { write }]) => write)) {
    it(`${key} are those of every other machine`, async () => {
      assert.equal(await make(key, format), GOLDEN[key]);
    });
  }
});

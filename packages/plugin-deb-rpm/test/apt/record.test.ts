import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apt } from '../../src/apt/registry.ts';
import { filesIn, openWorld, type World } from './bench.ts';
import { jobOf, put } from './runner.ts';

const EARLIER = 'pool/main/t/tools/.1.0.0.journal.ndjson';

describe('the record of a release', () => {
  let world: World;
  let folder: string;
  beforeEach(() => {
    world = openWorld({ source: 'tools' });
    folder = mkdtempSync(join(tmpdir(), 'apt-debs-'));
  });
  afterEach(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });

  const jobFor = (product: string) => jobOf({ options: world.options, folder }, { version: '1.0.0', product, name: product }).job;
  const write = async (product: string) => await apt.record?.write(jobFor(product), Buffer.from(journal(product)));
  const read = async (product: string) => {
    const bytes = await apt.record?.read(jobFor(product));
    return bytes && Buffer.from(bytes).toString('utf8');
  };

  function journal(product: string): string {
    return `{"crc":"00000000","record":{"type":"journal","format":1,"product":"${product}","version":"1.0.0"}}\n{"crc":"00000000","record":{}}\n`;
  }

  it('is beside its packages, by product and version', async () => {
    await write('acme');
    assert.deepEqual(filesIn(world.folder), ['pool/main/t/tools/.acme_1.0.0.journal.ndjson']);
  });

  it('is apart from that of another product', async () => {
    await write('acme');
    await write('other');
    assert.deepEqual([await read('acme'), await read('other')], [journal('acme'), journal('other')]);
  });

  it('cannot leave its folder', async () => {
    await write('../../../../acme');
    assert.deepEqual(filesIn(world.folder), ['pool/main/t/tools/...-..-..-..-acme_1.0.0.journal.ndjson']);
  });

  it('is found where it was kept once', async () => {
    put(world.folder, EARLIER, journal('acme'));
    assert.equal(await read('acme'), journal('acme'));
  });

  it('is not what another product kept there', async () => {
    put(world.folder, EARLIER, journal('acme'));
    assert.equal(await read('other'), undefined);
  });

  it('is shown broken for core to refuse', async () => {
    for (const text of ['', 'null\n', '{}\n', '{"crc":']) {
      put(world.folder, EARLIER, text);
      assert.equal(await read('acme'), text);
    }
  });
});

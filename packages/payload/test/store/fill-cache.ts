import { ContentStore } from '../../src/index.ts';
import { tarGz } from '../store-fixture.ts';

/** Run as a process of its own: fills the cache until it is killed. */
const { dir, members } = JSON.parse(process.argv[2] ?? '');
process.send?.('begin');
for (;;) {
  const store = await ContentStore.open({ dir });
  await tarGz(members, store);
  await store.close();
}

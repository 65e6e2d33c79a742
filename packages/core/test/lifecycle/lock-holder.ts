/** Holds a lock until it is killed. */
import { acquireLock } from '../../src/lifecycle/lock.ts';

await acquireLock(process.argv[2] ?? '');
process.send?.('locked');
setInterval(() => {}, 1000);

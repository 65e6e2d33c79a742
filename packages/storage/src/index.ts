export type { Body, Condition, Stat, Storage, StoredObject } from './storage.ts';
export { PreconditionFailed } from './storage.ts';

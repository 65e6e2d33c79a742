export { fileStorage } from './file.ts';
export { checkKey } from './key.ts';
export type { FileLock, LockHolder, UnknownHolder, Verdict } from './lock.ts';
export { holderEnded, isLock, takeLock } from './lock.ts';
export type { StorageAccess } from './open.ts';
export { openStorage } from './open.ts';
export type { ProcessId } from './process.ts';
export type { Body, Condition, FileBody, Stat, Storage, StoredObject } from './storage.ts';
export { PreconditionFailed } from './storage.ts';

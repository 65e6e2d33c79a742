import { type KeyObject, sign } from 'node:crypto';
import { newKey, sha256, spki } from './certificates.ts';

/** A log like Rekor's, version 1: a Merkle tree (RFC 6962 2.1), entries promised and proven. */

export interface Log {
  readonly key: KeyObject;
  readonly leaves: readonly Buffer[];
  /** Undefined when it has the body already: then `uuidOf` tells where. */
  readonly add: (body: Buffer, seconds: number) => object | undefined;
  readonly get: (uuid: string) => object | undefined;
  readonly uuidOf: (body: Buffer) => string;
}

/** In checkpoints; verifiers look for it in the log's address. */
export const LOG_NAME = 'rekor.example';
const TREE = '1122334455667788';

export function newLog(): Log {
  const key = newKey();
  const leaves: Buffer[] = [];
  const times: number[] = [];
  const uuidOf = (body: Buffer): string => `${TREE}${leafHash(body).toString('hex')}`;
  const entry = (index: number): object =>
    entryOf(key, leaves, { index, seconds: times[index] ?? 0, uuid: uuidOf(leaves[index] ?? Buffer.alloc(0)) });
  return {
    key,
    leaves,
    uuidOf,
    add: (body, seconds) => {
      if (leaves.some((leaf) => leaf.equals(body))) return undefined;
      times.push(seconds);
      return entry(leaves.push(body) - 1);
    },
    get: (uuid) => {
      const index = leaves.findIndex((leaf) => uuidOf(leaf) === uuid);
      return index < 0 ? undefined : entry(index);
    },
  };
}

function entryOf(
  key: KeyObject,
  leaves: readonly Buffer[],
  { index, seconds, uuid }: { readonly index: number; readonly seconds: number; readonly uuid: string },
): object {
  const body = leaves[index]?.toString('base64');
  const logID = sha256(spki(key)).toString('hex');
  // the members in the order of RFC 8785
  const promise = { body, integratedTime: seconds, logID, logIndex: index };
  const hashes = leaves.map(leafHash);
  const root = rootOf(hashes);
  const inclusionProof = {
    checkpoint: checkpoint(key, leaves.length, root),
    hashes: pathTo(index, hashes).map((hash) => hash.toString('hex')),
    logIndex: index,
    rootHash: root.toString('hex'),
    treeSize: leaves.length,
  };
  const signedEntryTimestamp = sign('sha256', Buffer.from(JSON.stringify(promise)), key).toString('base64');
  return { [uuid]: { ...promise, verification: { inclusionProof, signedEntryTimestamp } } };
}

function leafHash(body: Buffer): Buffer {
  return sha256(Buffer.of(0), body);
}

function rootOf(hashes: readonly Buffer[]): Buffer {
  const [first = sha256('')] = hashes;
  if (hashes.length < 2) return first;
  const middle = half(hashes.length);
  return sha256(Buffer.of(1), rootOf(hashes.slice(0, middle)), rootOf(hashes.slice(middle)));
}

/** RFC 6962 2.1.1. */
function pathTo(index: number, hashes: readonly Buffer[]): readonly Buffer[] {
  if (hashes.length < 2) return [];
  const middle = half(hashes.length);
  const [left, right] = [hashes.slice(0, middle), hashes.slice(middle)];
  return index < middle ? [...pathTo(index, left), rootOf(right)] : [...pathTo(index - middle, right), rootOf(left)];
}

/** The largest power of two below the number. */
function half(count: number): number {
  return 2 ** Math.floor(Math.log2(count - 1));
}

/** C2SP signed-note and tlog-checkpoint; Rekor's hint of its key is the begin of the log's id. */
function checkpoint(key: KeyObject, size: number, root: Buffer): string {
  const note = `${LOG_NAME} - ${BigInt(`0x${TREE}`)}\n${size}\n${root.toString('base64')}\n`;
  const signature = Buffer.concat([sha256(spki(key)).subarray(0, 4), sign('sha256', Buffer.from(note), key)]);
  return `${note}\n\u2014 ${LOG_NAME} ${signature.toString('base64')}\n`;
}

import type { X509Certificate } from 'node:crypto';
import type { HttpResponse } from '@provisioning-dist/core';
import type { MessageSignature } from '../bundle.ts';
import { serverWrong } from './errors.ts';
import { insist } from './insist.ts';
import type { KeylessJob } from './job.ts';

/** An entry of Rekor's log, version 1 of its API, as a bundle has it (`dev.sigstore.rekor.v1.TransparencyLogEntry`). */

/** Writes the signature into the log. What is there already is taken from there. */
export async function logged(job: KeylessJob, certificate: X509Certificate, signature: MessageSignature): Promise<object> {
  const { rekor } = job.options;
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const body = JSON.stringify(hashedRekord(certificate, signature));
  const entries = `${rekor}/api/v1/log/entries`;
  const answer = await insist(job.signal, () => job.http(entries, { method: 'POST', headers, body, accept: [409], maxBytes: MAX }));
  const entry = tlogEntry((answer.status === 409 ? await earlier(job, entries, answer) : answer).json());
  if (!entry) throw serverWrong(job.id, rekor, 'its answer is no entry of a log');
  return entry;
}

const MAX = 1024 * 1024;

/** An attempt whose answer was lost has come through. */
function earlier(job: KeylessJob, entries: string, { headers }: HttpResponse): Promise<HttpResponse> {
  const [uuid] = /[0-9a-f]{64,80}$/.exec(headers.location ?? '') ?? [];
  if (uuid === undefined) throw serverWrong(job.id, job.options.rekor, 'it has the entry, and does not say where');
  return insist(job.signal, () => job.http(`${entries}/${uuid}`, { headers: { accept: 'application/json' }, maxBytes: MAX }));
}

function hashedRekord(certificate: X509Certificate, { digest, signature }: MessageSignature): object {
  return {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: digest.toString('hex') } },
      signature: { content: signature.toString('base64'), publicKey: { content: Buffer.from(certificate.toString()).toString('base64') } },
    },
  };
}

interface LogEntry {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: {
      readonly checkpoint: string;
      readonly hashes: readonly string[];
      readonly logIndex: number;
      readonly rootHash: string;
      readonly treeSize: number;
    };
  };
}

function tlogEntry(answer: unknown): object | undefined {
  const [entry, ...others] = Object.values(answer ?? {}) as unknown[];
  if (others.length > 0 || !isEntry(entry)) return undefined;
  const { inclusionProof: proof, signedEntryTimestamp } = entry.verification;
  return {
    logIndex: String(entry.logIndex),
    logId: { keyId: base64(entry.logID) },
    kindVersion: { kind: 'hashedrekord', version: '0.0.1' },
    integratedTime: String(entry.integratedTime),
    inclusionPromise: { signedEntryTimestamp },
    inclusionProof: {
      logIndex: String(proof.logIndex),
      rootHash: base64(proof.rootHash),
      treeSize: String(proof.treeSize),
      hashes: proof.hashes.map(base64),
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: entry.body,
  };
}

/** The shape; what it says is checked with the whole bundle. */
function isEntry(value: unknown): value is LogEntry {
  const { body, integratedTime, logID, logIndex, verification } = (value ?? {}) as Partial<LogEntry>;
  const { signedEntryTimestamp, inclusionProof } = (verification ?? {}) as Partial<LogEntry['verification']>;
  const { checkpoint, hashes, logIndex: leaf, rootHash, treeSize } = (inclusionProof ?? {}) as Partial<LogEntry['verification']['inclusionProof']>;
  const areTexts = [body, logID, signedEntryTimestamp, checkpoint, rootHash].every((text) => typeof text === 'string');
  const areNumbers = [integratedTime, logIndex, leaf, treeSize].every((number) => Number.isSafeInteger(number));
  return areTexts && areNumbers && Array.isArray(hashes) && hashes.every((hash) => typeof hash === 'string');
}

function base64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

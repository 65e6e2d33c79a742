import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Fault, startServer, type TestServer } from '@provisioning-dist/core/testing';

/** What a receiver of webhooks does: believes the signature alone, and takes each message once. */
export interface Receiver {
  readonly server: TestServer;
  /** Bodies taken, in their order. */
  readonly messages: readonly string[];
  /** Ids of messages that came once more. */
  readonly repeated: readonly string[];
}

export interface ReceiverOptions {
  readonly secret?: string;
  /** Lower case. */
  readonly signatureHeader?: string;
  /** What goes wrong with the first requests, one after the other. */
  readonly faults?: readonly Fault[];
}

export async function startReceiver({ secret, signatureHeader = 'x-signature-256', faults = [] }: ReceiverOptions = {}): Promise<Receiver> {
  const messages: string[] = [];
  const repeated: string[] = [];
  const ids = new Set<string>();
  const server = await startServer({
    faults: (_, index) => faults[index],
    answer: ({ headers, bytes }) => {
      if (secret !== undefined && !isSigned(bytes, secret, headers[signatureHeader])) return { status: 401, body: 'bad signature' };
      const id = headers['idempotency-key'] ?? '';
      if (ids.has(id)) repeated.push(id);
      else messages.push(Buffer.from(bytes).toString());
      ids.add(id);
      return { status: 202, body: 'taken' };
    },
  });
  return { server, messages, repeated };
}

function isSigned(bytes: Uint8Array, secret: string, given = ''): boolean {
  const wanted = createHmac('sha256', secret).update(bytes).digest();
  const found = Buffer.from(given.replace(/^sha256=/, ''), 'hex');
  return given.startsWith('sha256=') && found.length === wanted.length && timingSafeEqual(found, wanted);
}

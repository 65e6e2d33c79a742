import { Readable } from 'node:stream';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { failureOf } from './failure.ts';
import type { Access } from './login.ts';
import type { Server } from './options.ts';

export interface Letter {
  readonly from: string;
  readonly to: readonly string[];
  readonly bytes: Uint8Array;
}

export interface Way {
  readonly server: Server;
  readonly access: Access;
  readonly timeout: number;
  readonly signal: AbortSignal;
}

export interface Delivered {
  readonly accepted: number;
  /** Addresses the server did not take; the others got it. */
  readonly refused: readonly string[];
}

type Done<Result> = (error?: Error | null, result?: Result) => void;

/** One message by one connection. Errors say whether it surely did not arrive. */
export async function deliver({ from, to, bytes }: Letter, way: Way): Promise<Delivered> {
  const connection = await connectionFor(way);
  let begun = false;
  // asked for only once the server is waiting for it
  const content = Readable.from(
    (function* () {
      begun = true;
      yield bytes;
    })(),
  );
  try {
    const step = stepsOf(connection, way.signal);
    const { login } = way.access;
    await step<void>((done) => connection.connect(done));
    if (login) await step<unknown>((done) => connection.login({ user: login.user, pass: login.password }, done));
    const sent = await step<{ accepted: string[]; rejected: string[] }>((done) => connection.send({ from, to: [...to] }, content, done));
    connection.quit();
    return { accepted: sent.accepted.length, refused: sent.rejected };
  } catch (error) {
    connection.close();
    throw failureOf(error, way, begun);
  }
}

async function connectionFor({ server: { host, port, security }, access: { ca }, timeout }: Way): Promise<SMTPConnection> {
  const { default: Connection } = await import('nodemailer/lib/smtp-connection');
  return new Connection({
    host,
    port: port ?? { tls: 465, starttls: 587, none: 25 }[security],
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...{ connectionTimeout: timeout, greetingTimeout: timeout, socketTimeout: timeout, dnsTimeout: timeout },
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) },
  });
}

/** Errors of the connection end the step it is in. */
function stepsOf(connection: SMTPConnection, signal: AbortSignal): <Result>(run: (done: Done<Result>) => void) => Promise<Result> {
  const failed = new Promise<never>((_, reject) => {
    connection.on('error', reject);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  // one that comes between two steps ends the next one
  failed.catch(() => undefined);
  return (run) =>
    Promise.race([
      failed,
      new Promise<never>((resolve, reject) => {
        signal.throwIfAborted();
        run((error, result) => (error ? reject(error) : resolve(result as never)));
      }),
    ]);
}

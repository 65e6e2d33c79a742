import { connect, type Socket } from 'node:net';
import type { AnyAuthMethod, ParsedKey, SFTPWrapper } from 'ssh2';
import ssh2 from 'ssh2';
import { lostError, replyError, SftpError } from './error.ts';
import { fingerprintOf } from './host-key.ts';
import type { Server } from './options.ts';

/** Milliseconds without a byte from the server: under way it is lost, idle it is closed. */
const SILENCE = 60_000;

/** A connection. A request under way when it ends is answered with an error, one after that too. */
export interface Session {
  /** Calls one function of ssh2 that takes a callback. */
  call<Result = void>(start: (sftp: SFTPWrapper, done: Done<Result>) => void, signal?: AbortSignal): Promise<Result>;
  readonly isLost: boolean;
  close(): void;
}

export type Done<Result> = (error: Error | null | undefined, result: Result) => void;

export async function openSession(server: Server): Promise<Session> {
  return await new Connection(server, await authMethods(server)).opened();
}

class Connection implements Session {
  isLost = false;
  readonly #client = new ssh2.Client();
  readonly #socket: Socket;
  readonly #waiting = new Set<(error: Error) => void>();
  readonly #opened: Promise<Session>;
  #sftp: SFTPWrapper | undefined;
  #denial: Error | undefined;

  constructor(server: Server, methods: readonly AnyAuthMethod[]) {
    this.#socket = connect({ host: server.host, port: server.port, noDelay: true });
    this.#socket.setTimeout(SILENCE, () => this.#onSilence());
    this.#client.on('error', (error) => this.#lose(this.#denial ?? connectionError(error)));
    this.#client.on('close', () => this.#lose(lostError('the connection was lost')));
    this.#opened = this.#wait<SFTPWrapper>((done) => {
      this.#client.on('ready', () => this.#client.sftp(done));
    }).then((sftp) => this.#begin(sftp));
    this.#client.connect({
      sock: this.#socket,
      username: server.user,
      authHandler: [...methods],
      readyTimeout: SILENCE,
      hostVerifier: (key: Buffer) => this.#verify(server, key),
      ...(server.pinned.algorithms.length > 0 && { algorithms: { serverHostKey: [...server.pinned.algorithms] as never } }),
    });
  }

  opened(): Promise<Session> {
    return this.#opened;
  }

  async call<Result = void>(start: (sftp: SFTPWrapper, done: Done<Result>) => void, signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted();
    const sftp = this.#sftp;
    if (!sftp || this.isLost) throw lostError('the connection was lost');
    return await abortable(
      this.#wait<Result>((done) => start(sftp, done)),
      signal,
    );
  }

  close(): void {
    this.#client.end();
    this.#lose(lostError('the connection was closed'));
  }

  #begin(sftp: SFTPWrapper): Session {
    this.#sftp = sftp;
    sftp.on('close', () => this.#lose(lostError('the server ended SFTP')));
    // It emits what it cannot attribute to a request.
    sftp.on('error', (error: Error) => this.#lose(lostError(error.message)));
    return this;
  }

  /** A process may end while its connection has nothing to do. */
  #wait<Result>(start: (done: Done<Result>) => void): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.add(reject);
    this.#socket.ref();
    const settle = () => {
      this.#waiting.delete(reject);
      if (this.#waiting.size === 0) this.#socket.unref();
    };
    try {
      start((error, result) => (error ? reject(replyError(error)) : resolve(result)));
    } catch (error) {
      reject(replyError(error as Error));
    }
    return promise.finally(settle);
  }

  #lose(error: Error): void {
    this.isLost = true;
    for (const reject of this.#waiting) reject(error);
    this.#socket.destroy();
  }

  #onSilence(): void {
    this.#lose(lostError(`nothing was heard for ${SILENCE / 1000} s`, 'ETIMEDOUT'));
  }

  #verify({ pinned }: Server, key: Buffer): boolean {
    const isTrusted = pinned.isTrusted(key);
    if (!isTrusted) this.#denial = new SftpError(`its host key ${fingerprintOf(key)} is none of those that are trusted`);
    return isTrusted;
  }
}

/** ssh2 tells the system's errors as they are, and its own by a level. */
function connectionError(error: Error & { readonly level?: string; readonly code?: unknown }): SftpError {
  const code = error.level === 'client-timeout' ? 'ETIMEDOUT' : typeof error.code === 'string' ? error.code : undefined;
  return new SftpError(error.level === 'client-authentication' ? 'the server accepts none of the given keys or passwords' : error.message, { code });
}

async function authMethods({ user, access }: Server): Promise<readonly AnyAuthMethod[]> {
  const methods: AnyAuthMethod[] = [];
  if (access.privateKey) methods.push({ type: 'publickey', username: user, key: await readKey(access) });
  if (access.agent !== undefined) methods.push({ type: 'agent', username: user, agent: access.agent });
  const password = await access.password?.();
  if (password !== undefined) methods.push({ type: 'password', username: user, password }, typed(user, password));
  if (methods.length === 0) throw new SftpError('there is no key, agent or password to connect with');
  return methods;
}

async function readKey({ privateKey, passphrase }: Server['access']): Promise<ParsedKey> {
  const key = ssh2.utils.parseKey((await privateKey?.()) ?? '', await passphrase?.());
  // Its messages are fixed texts.
  if (key instanceof Error) throw new SftpError(`the private key cannot be read (${key.message})`);
  return key;
}

/** Servers that ask for the password as for one answer among many. */
function typed(username: string, password: string): AnyAuthMethod {
  return {
    type: 'keyboard-interactive',
    username,
    prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.length === 1 && !prompts[0]?.echo ? [password] : []),
  };
}

/** Waits no longer than the signal; what was begun goes on by itself. */
export async function abortable<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return await work;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop);
  try {
    if (signal.aborted) stop();
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

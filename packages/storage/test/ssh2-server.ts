import { once } from 'node:events';
import { constants } from 'node:fs';
import {
  type FileHandle,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  unlink,
} from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Attributes, Connection, SFTPWrapper } from 'ssh2';
import ssh2 from 'ssh2';
import type { SftpServer } from './sftp-server.ts';

/** SFTP over a folder, in this process: needs no tools, and breaks when asked. It accepts one key and one password. */

export interface Ssh2ServerOptions {
  /** Extensions it says it has, with their versions. */
  readonly extensions?: Readonly<Record<string, string>>;
  readonly passphrase?: string;
}

export interface SftpRequest {
  /** The protocol's name: `OPEN`, `WRITE`; of an extension its name. */
  readonly name: string;
  /** Base name of the first path; none where a handle is meant. */
  readonly file: string;
}

/** Cuts the connection instead of an answer, before or after the work is done; or answers with a status. */
export type SftpFault = 'before' | 'after' | number;

export interface Ssh2Server extends SftpServer {
  readonly password: string;
  readonly log: readonly SftpRequest[];
  /** How often somebody connected. */
  connections(): number;
  fault(hook: ((request: SftpRequest) => SftpFault | undefined) | undefined): void;
  /** Ends all connections at once. */
  cut(): void;
}

const OPENSSH = { 'posix-rename@openssh.com': '1', 'fsync@openssh.com': '1' };
const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp;
const PASSWORD = 'correct horse';

export async function startSsh2Server({ extensions = OPENSSH, passphrase }: Ssh2ServerOptions = {}): Promise<Ssh2Server> {
  const folder = await mkdtemp(join(tmpdir(), 'sftp-'));
  const host = keyPair();
  const key = keyPair(passphrase);
  const state = new State(extensions);
  const server = new ssh2.Server({ hostKeys: [host.private] }, (connection) => state.accept(connection, key.public));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    host: '127.0.0.1',
    port,
    user: 'releaser',
    password: PASSWORD,
    privateKey: key.private,
    hostKey: `[127.0.0.1]:${port} ${host.public}`,
    root: join(folder, 'root'),
    log: state.log,
    connections: () => state.count,
    fault: (hook) => {
      state.hook = hook;
    },
    cut: () => state.cut(),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      state.cut();
      await closed;
      await rm(folder, { recursive: true });
    },
  };
}

/** Of 256 pairs ssh2 makes it cannot read one itself: it leaves out a zero in front. */
function keyPair(passphrase?: string): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', passphrase === undefined ? {} : { passphrase, cipher: 'aes256-cbc', rounds: 1 });
    if (!(ssh2.utils.parseKey(pair.private, passphrase) instanceof Error)) return pair;
  }
}

class State {
  readonly log: SftpRequest[] = [];
  count = 0;
  hook: ((request: SftpRequest) => SftpFault | undefined) | undefined;
  readonly #connections = new Set<Connection>();
  readonly #extensions: Readonly<Record<string, string>>;

  constructor(extensions: Readonly<Record<string, string>>) {
    this.#extensions = extensions;
  }

  accept(connection: Connection, publicKey: string): void {
    this.count++;
    // small answers would wait for each other
    socketOf(connection).setNoDelay(true);
    this.#connections.add(connection);
    connection.on('close', () => this.#connections.delete(connection));
    // of clients that went
    connection.on('error', () => connection.end());
    authenticate(connection, publicKey);
    connection.on('ready', () =>
      connection.on('session', (acceptSession) => acceptSession().on('sftp', (acceptSftp) => this.#serve(connection, acceptSftp()))),
    );
  }

  cut(): void {
    for (const connection of this.#connections) destroy(connection);
  }

  #serve(connection: Connection, sftp: SFTPWrapper): void {
    announce(sftp, this.#extensions);
    const files = new Files(sftp);
    for (const [name, answer] of Object.entries(files.answers)) {
      sftp.on(name as 'OPEN', (id: number, ...args: unknown[]) => {
        const [first, second] = args;
        const isExtended = name === 'EXTENDED';
        const path = isExtended ? '' : typeof first === 'string' ? first : '';
        void this.#answer(connection, sftp, id, { name: isExtended ? `${first}` : name, file: basename(path) }, () =>
          answer(id, ...(isExtended ? [first, second] : args)),
        );
      });
    }
    sftp.on('close', () => void files.close());
  }

  async #answer(connection: Connection, sftp: SFTPWrapper, id: number, request: SftpRequest, work: () => Promise<() => void>): Promise<void> {
    this.log.push(request);
    const fault = this.hook?.(request);
    if (fault === 'before') return destroy(connection);
    if (typeof fault === 'number') return void sftp.status(id, fault);
    const reply = await work().catch((error) => () => void sftp.status(id, statusOf(error)));
    if (fault === 'after') return destroy(connection);
    reply();
  }
}

/** No goodbye, as when a line breaks. */
function destroy(connection: Connection): void {
  socketOf(connection).destroy();
}

function socketOf(connection: Connection): Socket {
  return (connection as unknown as { readonly _sock: Socket })._sock;
}

function authenticate(connection: Connection, publicKey: string): void {
  const parsed = ssh2.utils.parseKey(publicKey);
  if (parsed instanceof Error) throw parsed;
  connection.on('authentication', (context) => {
    if (context.username !== 'releaser') return context.reject();
    if (context.method === 'password') return context.password === PASSWORD ? context.accept() : context.reject();
    if (context.method !== 'publickey' || !context.key.data.equals(parsed.getPublicSSH())) return context.reject(['publickey', 'password']);
    const isSigned = context.signature === undefined || parsed.verify(context.blob ?? Buffer.alloc(0), context.signature, context.hashAlgo) === true;
    return isSigned ? context.accept() : context.reject();
  });
}

interface Protocol {
  channelData(id: number, data: Buffer): void;
}

/** ssh2 has no way to offer extensions, which belong into its first packet. */
function announce(sftp: SFTPWrapper, extensions: Readonly<Record<string, string>>): void {
  const { _protocol: protocol } = sftp as unknown as { readonly _protocol: Protocol };
  const strings = Object.entries(extensions).flat().map(lengthPrefixed);
  protocol.channelData = (id, version) => {
    Reflect.deleteProperty(protocol, 'channelData');
    const packet = Buffer.concat([version, ...strings]);
    packet.writeUInt32BE(packet.length - 4);
    protocol.channelData(id, packet);
  };
}

function lengthPrefixed(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
}

function statusOf(error: NodeJS.ErrnoException): number {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return STATUS_CODE.NO_SUCH_FILE;
  if (error.code === 'EACCES' || error.code === 'EPERM') return STATUS_CODE.PERMISSION_DENIED;
  return error.code === 'EOF' ? STATUS_CODE.EOF : error.code === 'ENOSYS' ? STATUS_CODE.OP_UNSUPPORTED : STATUS_CODE.FAILURE;
}

type Answer = (id: number, ...args: never[]) => Promise<() => void>;

/** The requests, done on this machine's files. */
class Files {
  readonly #sftp: SFTPWrapper;
  readonly #open = new Map<string, FileHandle | { names: readonly string[]; readonly path: string }>();
  #next = 0;
  readonly answers: Readonly<Record<string, (id: number, ...args: readonly unknown[]) => Promise<() => void>>>;

  constructor(sftp: SFTPWrapper) {
    this.#sftp = sftp;
    this.answers = this.#table() as Files['answers'];
  }

  async close(): Promise<void> {
    for (const handle of this.#open.values()) if ('close' in handle) await handle.close();
    this.#open.clear();
  }

  #table(): Readonly<Record<string, Answer>> {
    return {
      OPEN: async (id, path: string, flags: number, attrs: Attributes) => this.#opened(id, await open(path, toFlags(flags), attrs.mode ?? 0o666)),
      CLOSE: async (id, handle: Buffer) => {
        const file = this.#open.get(handle.toString());
        this.#open.delete(handle.toString());
        if (file && 'close' in file) await file.close();
        return this.#ok(id);
      },
      READ: async (id, handle: Buffer, offset: number, length: number) => {
        const { bytesRead, buffer } = await this.#file(handle).read(Buffer.alloc(length), 0, length, offset);
        if (bytesRead === 0) throw failure('EOF');
        return () => this.#sftp.data(id, buffer.subarray(0, bytesRead));
      },
      WRITE: async (id, handle: Buffer, offset: number, data: Buffer) => {
        await this.#file(handle).write(data, 0, data.length, offset);
        return this.#ok(id);
      },
      FSTAT: async (id, handle: Buffer) => this.#attrs(id, await this.#file(handle).stat()),
      STAT: async (id, path: string) => this.#attrs(id, await stat(path)),
      LSTAT: async (id, path: string) => this.#attrs(id, await lstat(path)),
      OPENDIR: async (id, path: string) => this.#opened(id, { names: await readdir(path), path }),
      READDIR: async (id, handle: Buffer) => await this.#readFolder(id, handle),
      REMOVE: async (id, path: string) => this.#after(id, unlink(path)),
      RMDIR: async (id, path: string) => this.#after(id, rmdir(path)),
      MKDIR: async (id, path: string) => this.#after(id, mkdir(path)),
      REALPATH: async (id, path: string) => {
        const filename = await realpath(path === '.' ? tmpdir() : path);
        return () => this.#sftp.name(id, [{ filename, longname: filename, attrs: {} as Attributes }]);
      },
      READLINK: async (id, path: string) => {
        const filename = await readlink(path);
        return () => this.#sftp.name(id, [{ filename, longname: filename, attrs: {} as Attributes }]);
      },
      // ssh2's client writes them in the order of the draft to servers which are not OpenSSH
      SYMLINK: async (id, link: string, target: string) => this.#after(id, symlink(target, link)),
      RENAME: async (id, from: string, to: string) => {
        if (await lstat(to).catch(() => undefined)) throw failure('EEXIST');
        return this.#after(id, rename(from, to));
      },
      EXTENDED: async (id, name: string, data: Buffer) => {
        if (name === 'fsync@openssh.com') return this.#ok(id);
        if (name !== 'posix-rename@openssh.com') throw failure('ENOSYS');
        const [from = '', to = ''] = strings(data);
        return this.#after(id, rename(from, to));
      },
    };
  }

  async #readFolder(id: number, handle: Buffer): Promise<() => void> {
    const folder = this.#open.get(handle.toString());
    if (!folder || !('names' in folder)) throw failure('EBADF');
    if (folder.names.length === 0) throw failure('EOF');
    const [some, rest] = [folder.names.slice(0, 10), folder.names.slice(10)];
    folder.names = rest;
    const entries = await Promise.all(
      some.map(async (filename) => ({ filename, longname: filename, attrs: toAttributes(await lstat(join(folder.path, filename))) })),
    );
    return () => this.#sftp.name(id, entries);
  }

  #file(handle: Buffer): FileHandle {
    const file = this.#open.get(handle.toString());
    if (!file || !('close' in file)) throw failure('EBADF');
    return file;
  }

  #opened(id: number, file: FileHandle | { names: readonly string[]; readonly path: string }): () => void {
    const name = `${this.#next++}`;
    this.#open.set(name, file);
    return () => this.#sftp.handle(id, Buffer.from(name));
  }

  #attrs(id: number, stats: Parameters<typeof toAttributes>[0]): () => void {
    return () => this.#sftp.attrs(id, toAttributes(stats));
  }

  async #after(id: number, work: Promise<unknown>): Promise<() => void> {
    await work;
    return this.#ok(id);
  }

  #ok(id: number): () => void {
    return () => this.#sftp.status(id, STATUS_CODE.OK);
  }
}

function toAttributes(stats: { mode: number; uid: number; gid: number; size: number; atimeMs: number; mtimeMs: number }): Attributes {
  const { mode, uid, gid, size, atimeMs, mtimeMs } = stats;
  return { mode, uid, gid, size, atime: Math.trunc(atimeMs / 1000), mtime: Math.trunc(mtimeMs / 1000) };
}

function toFlags(flags: number): number {
  const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC } = constants;
  const access = flags & OPEN_MODE.WRITE ? (flags & OPEN_MODE.READ ? O_RDWR : O_WRONLY) : O_RDONLY;
  const has = (mode: number, flag: number) => (flags & mode ? flag : 0);
  return access | has(OPEN_MODE.CREAT, O_CREAT) | has(OPEN_MODE.EXCL, O_EXCL) | has(OPEN_MODE.TRUNC, O_TRUNC);
}

function strings(data: Buffer): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < data.length; ) {
    const length = data.readUInt32BE(at);
    found.push(data.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

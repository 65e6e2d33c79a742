import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { TLSSocket } from 'node:tls';
import { makeAuthority } from '../../../core/test/testing/certificates.ts';

/** A mail server of one test: RFC 5321 as far as a client of one message needs it, and faults at the commands it is told. */

export interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly content: string;
  readonly encrypted: boolean;
  readonly user: string | undefined;
}

export interface MailServer {
  readonly port: number;
  /** PEM. */
  readonly ca: string;
  readonly received: Received[];
  /** Lines of clients, but for content. */
  readonly said: string[];
  readonly close: () => Promise<void>;
}

export interface MailServerOptions {
  readonly security?: 'tls' | 'starttls' | 'none';
  readonly user?: string;
  readonly password?: string;
  /** What is answered instead, or `drop` for a connection that breaks; `content` is the end of the content. */
  readonly answer?: (command: string, count: number) => string | undefined;
}

const authority = makeAuthority();
const pair = authority.server('127.0.0.1', 'localhost');

interface Session {
  readonly socket: Socket;
  readonly options: MailServerOptions;
  readonly server: Pick<MailServer, 'received' | 'said'>;
  encrypted: boolean;
  user: string | undefined;
  from: string;
  to: string[];
  content: string[] | undefined;
}

export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const sockets = new Set<Socket>();
  const log = { received: [] as Received[], said: [] as string[] };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    const start = options.security === 'tls' ? encryptedOver(socket) : socket;
    const session = { options, server: log, user: undefined, from: '', to: [], content: undefined };
    greet({ ...session, socket: start, encrypted: options.security === 'tls' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { port, ca: authority.ca, ...log, close: () => closed(server, sockets) };
}

async function closed(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}

function encryptedOver(socket: Socket): Socket {
  const secure = new TLSSocket(socket, { isServer: true, ...pair });
  secure.on('error', () => secure.destroy());
  return secure;
}

function greet(session: Session): void {
  listen(session);
  reply(session, 'connect', '220 mail.example.org ESMTP');
}

function listen(session: Session): void {
  const lines = createInterface({ input: session.socket, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on('error', () => session.socket.destroy());
  lines.on('line', (line) => {
    if (session.content) return contentLine(session, line);
    session.server.said.push(line);
    const command = line.split(/[ :]/, 1)[0]?.toUpperCase() ?? '';
    if (command === 'STARTTLS' && session.options.security === 'starttls') return upgrade(session, () => lines.close());
    const answer = answerTo(session, command, line);
    if (reply(session, command, answer) && answer.startsWith('354')) session.content = [];
  });
}

function upgrade(session: Session, leave: () => void): void {
  leave();
  session.socket.removeAllListeners('data');
  session.socket.write('220 go ahead\r\n');
  listen({ ...session, socket: encryptedOver(session.socket), encrypted: true });
}

const counts = new WeakMap<object, Map<string, number>>();

function reply({ socket, options, server }: Session, command: string, usual: string): boolean {
  const counted = counts.get(server) ?? new Map<string, number>();
  counts.set(server, counted.set(command, (counted.get(command) ?? 0) + 1));
  const other = options.answer?.(command, counted.get(command) ?? 0);
  if (other === 'drop') socket.destroy();
  else socket.write(`${other ?? usual}\r\n`);
  return other === undefined;
}

function answerTo(session: Session, command: string, line: string): string {
  const { options, encrypted } = session;
  if (command === 'EHLO') return greeting(options, encrypted);
  if (command === 'AUTH') return login(session, line);
  if (command === 'MAIL') {
    session.from = /<(.*?)>/.exec(line)?.[1] ?? '';
    return options.user !== undefined && session.user === undefined ? '530 5.7.0 Authentication required' : '250 OK';
  }
  if (command === 'RCPT') {
    const address = /<(.*?)>/.exec(line)?.[1] ?? '';
    if (address.startsWith('nobody@')) return '550 5.1.1 No such user';
    session.to.push(address);
    return '250 OK';
  }
  if (command === 'DATA') return session.to.length > 0 ? '354 Go ahead' : '554 5.5.1 No valid recipients';
  return command === 'QUIT' ? '221 Bye' : '502 5.5.1 Unknown';
}

function greeting({ security, user }: MailServerOptions, encrypted: boolean): string {
  const offers = [security === 'starttls' && !encrypted ? 'STARTTLS' : '', user === undefined ? '' : 'AUTH PLAIN'];
  return ['250-mail.example.org', ...offers.filter((one) => one !== '').map((one) => `250-${one}`), '250 SIZE 10000000'].join('\r\n');
}

function login(session: Session, line: string): string {
  const { user, password } = session.options;
  const given = Buffer.from(line.split(' ')[2] ?? '', 'base64').toString();
  if (given !== `\0${user}\0${password}`) return `535 5.7.8 No: ${given.replaceAll('\0', ' ')} ${line}`;
  session.user = user;
  return '235 OK';
}

/** RFC 5321 4.5.2 */
function contentLine(session: Session, line: string): void {
  if (line !== '.') return void session.content?.push(line.startsWith('.') ? line.slice(1) : line);
  const { from, to, encrypted, user, server } = session;
  const content = `${session.content?.join('\r\n')}\r\n`;
  session.content = undefined;
  session.to = [];
  if (reply(session, 'content', '250 2.0.0 Queued')) server.received.push({ from, to, content, encrypted, user });
}

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** OpenSSH's own server on the loopback, for tests that may ask for tools: packages openssh-server and openssh-client. */

export interface SftpServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** As a file of OpenSSH. */
  readonly privateKey: string;
  /** A line of known_hosts. */
  readonly hostKey: string;
  /** An absolute path nothing is at yet. */
  readonly root: string;
  close(): Promise<void>;
}

// sshd insists on being called by its full name
export const SSHD = '/usr/sbin/sshd';

/** Milliseconds. */
const PATIENCE = 10_000;

export async function startSftpServer(): Promise<SftpServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sshd-'));
  for (const name of ['host', 'user']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(folder, name)]);
  writeFileSync(join(folder, 'keys'), readFileSync(join(folder, 'user.pub')));
  // where sshd locks itself in before a user is known; distributions make it as the service starts
  if (userInfo().uid === 0 && !existsSync('/run/sshd')) mkdirSync('/run/sshd', { mode: 0o755 });
  const port = await freePort();
  writeFileSync(join(folder, 'config'), configuration(folder, port));
  const child = spawn(SSHD, ['-D', '-e', '-f', join(folder, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  await listening(child);
  return {
    host: '127.0.0.1',
    port,
    user: userInfo().username,
    privateKey: readFileSync(join(folder, 'user'), 'utf8'),
    hostKey: `[127.0.0.1]:${port} ${readFileSync(join(folder, 'host.pub'), 'utf8').trim()}`,
    root: join(folder, 'root'),
    close: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

function configuration(folder: string, port: number): string {
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/keys`,
    `PidFile ${folder}/pid`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
    'MaxStartups 100',
    'Subsystem sftp internal-sftp',
  ];
  return `${lines.join('\n')}\n`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listening(child: ChildProcess): Promise<void> {
  let said = '';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.stderr?.on('data', (chunk) => {
    said += chunk;
    if (said.includes('Server listening')) resolve();
  });
  child.on('exit', () => reject(new Error(`Cannot start sshd: ${said}`)));
  const timer = setTimeout(() => reject(new Error(`Cannot start sshd: it does not listen (${said})`)), PATIENCE);
  await promise.finally(() => clearTimeout(timer));
}

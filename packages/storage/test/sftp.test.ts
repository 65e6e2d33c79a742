import type { Storage } from '../src/index.ts';
import { sftpStorage } from '../src/sftp.ts';
import { behavesAsStorage } from './behaviour.ts';
import { type Ssh2Server, type Ssh2ServerOptions, startSsh2Server } from './ssh2-server.ts';

let server: Ssh2Server;
let storage: Storage;

async function open(options: Ssh2ServerOptions = {}): Promise<Storage> {
  server = await startSsh2Server(options);
  const { host, port, user, root, hostKey } = server;
  storage = sftpStorage({ host, port, user, root, hostKey, privateKey: async () => server.privateKey });
  return storage;
}

async function close(): Promise<void> {
  await storage.close?.();
  await server.close();
}

behavesAsStorage('an SFTP server', { open: async () => await open(), close });

import { hostKeys, type PinnedKeys } from './host-key.ts';

export interface SftpOptions {
  readonly host: string;
  /** 22 by default. */
  readonly port?: number;
  readonly user: string;
  /** Folder of the objects; without a slash at its start it is below the user's own. */
  readonly root: string;
  /**
   * Whom to trust: lines of a known_hosts file, host keys as in `ssh-ed25519 AAAA…`, or fingerprints as in `SHA256:…`. There is
   * no trust on first use.
   */
  readonly hostKey: string;
  /** As OpenSSH or PEM writes it. */
  readonly privateKey?: () => Promise<string>;
  readonly passphrase?: () => Promise<string>;
  readonly password?: () => Promise<string>;
  /** Path of an agent's socket. */
  readonly agent?: string;
}

/** A server as the rest of this folder sees it. */
export interface Server {
  readonly label: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly root: string;
  readonly pinned: PinnedKeys;
  readonly access: Pick<SftpOptions, 'privateKey' | 'passphrase' | 'password' | 'agent'>;
}

export function toServer(options: SftpOptions): Server {
  const { host, port = 22, user, root, hostKey, ...access } = options;
  if (!/^[\p{L}\p{N}._:%-]+$/u.test(host)) throw new TypeError(`Cannot use the SFTP host ${JSON.stringify(host)}: it is no name or address`);
  if (!(Number.isInteger(port) && port > 0 && port < 65_536)) throw new TypeError(`Cannot use the port ${port}: it is not between 1 and 65535`);
  if (!/^[^\s:@/]+$/.test(user)) throw new TypeError(`Cannot use the SFTP user ${JSON.stringify(user)}: it is no user's name`);
  if (root.includes('\0')) throw new TypeError(`Cannot use the folder ${JSON.stringify(root)}: it contains a control character`);
  const place = `${user}@${host.includes(':') ? `[${host}]` : host}${port === 22 ? '' : `:${port}`}`;
  const label = `sftp://${place}${root.startsWith('/') ? '' : '/~/'}${root}`;
  return { label, host, port, user, root, pinned: hostKeys(hostKey, host, port), access };
}

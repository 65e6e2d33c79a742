import type { RegistryDefinition, Secret } from '@provisioning-dist/core';
import { openStorage, type Storage } from '@provisioning-dist/storage';
import { type StoreOptions, storeShape } from '../store/options.ts';

export interface SftpRegistryOptions extends StoreOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** From `/`, or from the user's own folder when it begins with `~/`. */
  readonly folder: string;
  readonly hostKey: string | Secret;
  readonly privateKey?: Secret | undefined;
  readonly passphrase?: Secret | undefined;
  readonly password?: Secret | undefined;
  readonly agent?: string | undefined;
}

type Schema = ReturnType<RegistryDefinition<SftpRegistryOptions>['options']>;

export const sftpOptions: RegistryDefinition<SftpRegistryOptions>['options'] = (kit) => {
  const { z, secret, path } = kit;
  const object = z.object({
    host: z.string().regex(/^(?:[A-Za-z0-9._-]+|[0-9A-Fa-f:]+)$/, { error: 'it is no name or address of a host' }),
    port: z.int().min(1).max(65_535).default(22),
    user: z.string().regex(/^[^\s:@/]+$/, { error: "it is no user's name" }),
    folder: z
      .string()
      .refine(isFolder, { error: 'it begins neither with "/" nor with "~/", or climbs' })
      .describe('Published into; "~/" is the user\'s own folder'),
    hostKey: z.union([z.string().min(1), secret()]).describe('Whom to trust: lines of known_hosts, a host key or a fingerprint, or a file of them'),
    privateKey: secret().optional(),
    passphrase: secret().optional(),
    password: secret().optional(),
    agent: path().optional().describe("Socket of an agent's"),
    ...storeShape(kit),
  });
  const checked = object.refine(({ privateKey, password, agent }) => [privateKey, password, agent].some((way) => way !== undefined), {
    error: 'give "privateKey", "password" or "agent"',
  });
  return checked as unknown as Schema;
};

function isFolder(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  return /^~?\//.test(text) && !/[\0-\x1f\x7f\\]/.test(text) && !text.split('/').some((part) => part === '.' || part === '..');
}

export async function openSftp(options: SftpRegistryOptions): Promise<Storage> {
  const { host, port, user, folder, hostKey, privateKey, passphrase, password, agent } = options;
  const name = host.includes(':') ? `[${host}]` : host;
  const path = folder.replace(/^~\//, '/~/').split('/').map(encodeURIComponent).join('/');
  return await openStorage(`sftp://${encodeURIComponent(user)}@${name}:${port}${path}`, {
    sftp: {
      hostKey: typeof hostKey === 'string' ? hostKey : await hostKey.reveal(),
      ...(privateKey && { privateKey: privateKey.reveal }),
      ...(passphrase && { passphrase: passphrase.reveal }),
      ...(password && { password: password.reveal }),
      ...(agent !== undefined && { agent }),
    },
  });
}

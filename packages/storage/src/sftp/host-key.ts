import { createHash, createHmac } from 'node:crypto';

/** What a server's key must be. */
export interface PinnedKeys {
  /** Algorithms to ask the server for, so that it shows the key that is known; none for all. */
  readonly algorithms: readonly string[];
  isTrusted(key: Uint8Array): boolean;
}

interface Line {
  /** Base64 of the key, or a fingerprint. */
  readonly value: string;
  /** None of a fingerprint. */
  readonly type?: string;
  readonly isRevoked?: boolean;
}

const KEY_TYPE = /^(ssh-|ecdsa-|sk-)/;
const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}=?$/;

/** Throws TypeError when nothing there can tell whether the host is the right one. */
export function hostKeys(text: string, host: string, port: number): PinnedKeys {
  // sshd(8): how known_hosts names a host on another port
  const name = port === 22 ? host : `[${host}]:${port}`;
  const lines = text.split('\n').flatMap((line) => parseLine(line.trim(), name));
  const trusted = lines.filter(({ isRevoked }) => !isRevoked);
  if (trusted.length === 0) throw new TypeError(`Cannot trust the host "${name}": no host key or fingerprint is given for it`);
  const revoked = new Set(lines.filter(({ isRevoked }) => isRevoked).map(({ value }) => value));
  const values = new Set(trusted.map(({ value }) => value));
  return {
    algorithms: trusted.every(({ type }) => type) ? [...new Set(trusted.flatMap(({ type = '' }) => algorithmsOf(type)))] : [],
    isTrusted: (key) => {
      const names = [Buffer.from(key).toString('base64'), fingerprintOf(key)];
      return names.some((each) => values.has(each)) && !names.some((each) => revoked.has(each));
    },
  };
}

/** As `ssh-keygen -l` prints it. */
export function fingerprintOf(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** sshd(8), SSH_KNOWN_HOSTS FILE FORMAT */
function parseLine(line: string, name: string): readonly Line[] {
  if (line === '' || line.startsWith('#')) return [];
  if (FINGERPRINT.test(line)) return [{ value: line.replace(/=$/, '') }];
  const words = line.split(/\s+/);
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
  // a key alone is for this host
  const hosts = KEY_TYPE.test(words[0] ?? '') ? undefined : words.shift();
  const [type = '', value = ''] = words;
  if (!KEY_TYPE.test(type) || !/^[A-Za-z0-9+/]+=*$/.test(value))
    throw new TypeError(`Cannot trust the host "${name}": its host key has a line that is none`);
  if (hosts !== undefined && !isFor(hosts, name)) return [];
  if (marker === '@revoked') return [{ value, type, isRevoked: true }];
  return marker === undefined ? [{ value, type }] : [];
}

function isFor(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return isHashOf(hosts, name);
  const patterns = hosts.split(',');
  const isMatch = (pattern: string) => toExpression(pattern).test(name);
  return patterns.some(isMatch) && !patterns.some((pattern) => pattern.startsWith('!') && isMatch(pattern.slice(1)));
}

function isHashOf(hash: string, name: string): boolean {
  const [, version, salt = '', digest] = hash.split('|');
  return version === '1' && createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === digest;
}

function toExpression(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'i');
}

/** RFC 8332: the same RSA key signs with several digests. */
function algorithmsOf(type: string): readonly string[] {
  return type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type];
}

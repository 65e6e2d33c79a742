/** Whether others on the way can read and change what is sent there. */
export function isClear(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'http:' && !/^(?:localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/** What may be shown of an address: a query may hold a token. */
export function shown(address: string): string {
  return address.replace(/[?#].*$/s, '');
}

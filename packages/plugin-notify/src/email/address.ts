/** `ada@example.org` or `Ada Lovelace <ada@example.org>`. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** RFC 5321 4.1.2: Dot-string, and a domain of letters; what needs SMTPUTF8 or quotes is refused. */
const ADDRESS = /^[\w!#$%&'*+/=?^`{|}~-]{1,64}(?:\.[\w!#$%&'*+/=?^`{|}~-]{1,64}){0,8}@(?:[A-Za-z0-9-]{1,63}\.){0,10}[A-Za-z0-9-]{1,63}$/;

export function mailboxOf(text: string): Mailbox | undefined {
  const [, name = '', address = ''] = /^([^<>\p{Cc}]*)<([^<>]*)>$/u.exec(text.trim()) ?? ['', '', text.trim()];
  return ADDRESS.test(address) ? { name: name.trim(), address } : undefined;
}

export function domainOf({ address }: Mailbox): string {
  return address.slice(address.indexOf('@') + 1);
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mailboxOf } from '../../src/email/address.ts';
import type { EmailOptions, Server } from '../../src/email/options.ts';
import type { MailServer } from './server.ts';

type Changes = Partial<EmailOptions> & Partial<Pick<Server, 'security'>> & { readonly trusted?: boolean };

/** Options that reach the server and trust its certificate; `close` ends both. */
export async function optionsFor(server: MailServer, { security = 'none', trusted = true, ...changes }: Changes = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'mail-'));
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, server.ca);
  const options: EmailOptions = {
    server: { host: '127.0.0.1', port: server.port, security, ...(trusted && { ca }) },
    from: box('Acme Releases <releases@acme.example>'),
    to: [box('team@acme.example')],
    cc: [],
    bcc: [],
    subject: '{title}',
    timeout: 5000,
    ...changes,
  };
  const close = async (): Promise<void> => {
    rmSync(folder, { recursive: true });
    await server.close();
  };
  return { options, close };
}

export function box(text: string) {
  const found = mailboxOf(text);
  if (!found) throw new RangeError(text);
  return found;
}

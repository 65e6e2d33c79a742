import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';

/** An SSH server on the loopback that runs git for whoever has its key. */
export interface SshServer {
  readonly url: (name: string) => string;
  /** What GIT_SSH_COMMAND must be for the key to be used. */
  readonly command: string;
  /** Commands it ran. */
  readonly commands: string[];
  readonly close: () => Promise<void>;
}

const COMMAND = /^git[- ](receive-pack|upload-pack) '\/([\w.-]+)'$/;

/** `keys` is a folder for the keys, `root` that of the repositories. */
export async function startSshServer({ keys, root }: { readonly keys: string; readonly root: string }): Promise<SshServer> {
  const commands: string[] = [];
  for (const name of ['host', 'user']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(keys, name)]);
  const allowed = ssh2.utils.parseKey(readFileSync(join(keys, 'user.pub')));
  if (allowed instanceof Error) throw allowed;
  const server = new ssh2.Server({ hostKeys: [readFileSync(join(keys, 'host'))] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      if (context.method === 'publickey' && context.key.data.equals(allowed.getPublicSSH())) context.accept();
      else context.reject(['publickey']);
    });
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, _, { command }) => {
        commands.push(command);
        const [, program, name] = COMMAND.exec(command) ?? [];
        const channel = acceptExec();
        const child = spawn('git', ['-c', 'safe.directory=*', program ?? 'version', ...(name === undefined ? [] : [join(root, name)])]);
        channel.pipe(child.stdin);
        child.stdout.pipe(channel, { end: false });
        child.stderr.pipe(channel.stderr, { end: false });
        child.on('close', (code) => {
          channel.exit(code ?? 1);
          channel.end();
        });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    commands,
    url: (name) => `ssh://git@127.0.0.1:${port}/${name}`,
    command: `ssh -F none -oIdentitiesOnly=yes -oStrictHostKeyChecking=no -oUserKnownHostsFile=/dev/null -oLogLevel=ERROR -i ${join(keys, 'user')}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

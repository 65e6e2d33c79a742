import { execFileSync, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** Git's own HTTP server (git-http-backend(1), a CGI program) on the loopback. */
export interface GitServer {
  /** Address of a repository. */
  readonly url: (name: string) => string;
  /** Makes a bare repository. */
  readonly create: (name: string) => string;
  /** `Authorization` headers it was sent. */
  readonly authorizations: string[];
  readonly close: () => Promise<void>;
}

export interface GitServerOptions {
  readonly root: string;
  /** Password every request must have. */
  readonly password?: string;
}

export async function startGitServer({ root, password }: GitServerOptions): Promise<GitServer> {
  const authorizations: string[] = [];
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    if (authorization !== undefined) authorizations.push(authorization);
    if (password !== undefined && passwordOf(authorization) !== password) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('Wrong password');
      return;
    }
    answer(root, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    authorizations,
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    create: (name) => {
      const folder = join(root, name);
      execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', folder]);
      execFileSync('git', ['-C', folder, 'config', 'http.receivepack', 'true']);
      return folder;
    },
    close: () => closed(server),
  };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

function passwordOf(authorization = ''): string | undefined {
  return Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
    .toString()
    .split(':')[1];
}

function answer(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const { 'content-type': type = '', 'content-encoding': encoding = '', 'git-protocol': protocol = '' } = request.headers;
  const env = {
    ...{ PATH: process.env.PATH, GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: pathname, QUERY_STRING: searchParams.toString() },
    ...{ REQUEST_METHOD: request.method, CONTENT_TYPE: type, HTTP_CONTENT_ENCODING: encoding, GIT_PROTOCOL: String(protocol), REMOTE_USER: 'a' },
    // the tests may run as another user than the one who owns the temporary folder
    ...{ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' },
  };
  const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => respond(response, Buffer.concat(chunks)));
}

/** RFC 3875 6: header fields, an empty line, the body. */
function respond(response: ServerResponse, output: Buffer): void {
  const end = output.indexOf('\r\n\r\n');
  const lines = output.subarray(0, end).toString('latin1').split('\r\n');
  const fields = lines.map((line) => line.split(/:\s*/, 2) as [string, string]);
  const status = fields.find(([name]) => name === 'Status')?.[1] ?? '200';
  response.writeHead(Number.parseInt(status, 10), Object.fromEntries(fields.filter(([name]) => name !== 'Status'))).end(output.subarray(end + 4));
}

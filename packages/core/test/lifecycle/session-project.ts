import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openSession, type Session, type SessionOptions } from '../../src/lifecycle/session.ts';
import { createReport } from '../../src/report/report.ts';
import { type KeptStream, keptStream } from '../report/stream.ts';

/** A project with a plugin of its own, opened as the commands do it. */

/** Plain JavaScript, as users write it. What its handlers do is in their options; what they did is in `calls.txt`. */
const PLUGIN = `
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
const said = (text) => appendFileSync(new URL('calls.txt', import.meta.url), text + '\\n');
const cell = (write) => ({
  scope: 'cell', group: 'archive', kind: 'archive', options: ({ z }) => z.object({ fails: z.string().optional() }), ...write,
});
export default {
  name: 'test', apiVersion: 1,
  builders: {
    make: {
      options: ({ z }) => z.object({ file: z.string(), text: z.string().default('x'), fails: z.string().optional() }),
      preflight: async ({ options }) => {
        if (options.fails === 'preflight') throw new TypeError('no idea');
        return options.fails === 'finding' ? [{ level: 'error', code: 'no-tool', subject: 'make', message: 'there is no tool' }] : [];
      },
      build: async ({ options, platform, buildDir, id, signal }) => {
        said('build ' + id + ' ' + platform.name);
        if (options.fails === platform.name || options.fails === 'all') throw new Error('cannot make it for ' + platform.name);
        if (options.fails === 'hang') await new Promise((resolve) => signal.addEventListener('abort', resolve));
        const file = join(buildDir, options.file);
        writeFileSync(file, options.text + ' ' + platform.name);
        return [{ name: options.file, file }];
      },
    },
  },
  formats: {
    txt: cell({ ext: 'txt', *write(job) {
      said('write ' + job.fileName);
      if (job.options.fails && job.options.fails === job.cell.platform?.name) throw new Error('cannot write ' + job.fileName);
      yield Buffer.from(job.entries.map((entry) => entry.path).join('\\n') + '\\nsees ' + job.artifacts().length + '\\n');
    } }),
    tree: cell({ ext: 'tree', *layout(job) {
      for (const { path, type, mode, target, source } of job.entries) {
        if (type === 'file') yield { type, path, mode, parts: [job.content.bytes(source)] };
        else yield type === 'directory' ? { type, path, mode } : { type, path, target };
      }
    } }),
    list: { scope: 'release', group: 'installer', kind: 'installer', ext: 'list', options: ({ z }) => z.object({}),
      consumes: { kind: ['archive', 'document'] },
      *write(job) { yield Buffer.from(job.artifacts().map((one) => one.name + ' ' + one.sha256 + '\\n').join('')); } },
    about: { scope: 'release', group: 'document', kind: 'document', ext: 'about', options: ({ z }) => z.object({}), *write() { yield Buffer.from('about\\n'); } },
    host: { scope: 'platform', group: 'installer', kind: 'installer', ext: 'host', options: ({ z }) => z.object({}), consumes: { kind: 'archive' },
      *write(job) { yield Buffer.from(job.artifacts({ platform: job.cell.platform.name }).map(({ name }) => name + '\\n').join('')); } },
  },
  registries: {
    box: { options: ({ z }) => z.object({}), effects: [], publish: async (job) => said('publish ' + job.artifacts().map(({ name }) => name).join(' ')) },
  },
  setup: ({ hooks }) => hooks.beforeBuild.tap({ name: 'test' }, () => said('beforeBuild')),
};
`;

const BASE = 'name: acme\nversion: 1.0.0\nplugins: [./plugin.mjs]\nplatforms: [linux-amd64, macos-arm64]\n';
const USUAL = 'build: [make: { file: tool }]\ncontents: [{ from: "{build}/tool", to: bin/ }]\npackages: { txt: {} }\npublish: { box: {} }\n';

export class SessionProject {
  readonly root: string = realpathSync(mkdtempSync(join(tmpdir(), 'session-')));
  readonly screen: KeptStream = keptStream();
  readonly #open: Session[] = [];

  /** `config` follows name, version, plugin and the platforms linux-amd64 and macos-arm64. */
  constructor(config: string = USUAL, files: Readonly<Record<string, string | Uint8Array>> = {}) {
    this.write({ 'provisioning-dist.yaml': BASE + config, 'plugin.mjs': PLUGIN, ...files });
  }

  write(files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      writeFileSync(join(this.root, path), content);
    }
  }

  path(path: string): string {
    return join(this.root, path);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  names(path: string): readonly string[] {
    return readdirSync(this.path(path)).sort();
  }

  /** What the plugin's handlers did since the last call. */
  calls(): readonly string[] {
    try {
      const lines = this.read('calls.txt').split('\n').slice(0, -1);
      rmSync(this.path('calls.txt'));
      return lines;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  async session(options: Partial<SessionOptions> = {}, signal: AbortSignal = new AbortController().signal): Promise<Session> {
    const report = createReport({ mode: 'plain', stdout: this.screen, stderr: this.screen, env: {} });
    const filters = { platforms: [], variants: [], formats: [] };
    const env = { PROVISIONING_DIST_CACHE: this.path('cache'), SOURCE_DATE_EPOCH: '1700000000' };
    const session = await openSession({ cwd: this.root, snapshot: false, filters, skip: [], only: [], ...options }, { report, signal, env });
    this.#open.push(session);
    return session;
  }

  /** The run of its only product. */
  async run(options: Partial<SessionOptions> = {}, signal?: AbortSignal): Promise<Session['runs'][number]> {
    const [run] = (await this.session(options, signal)).runs;
    if (!run) throw new RangeError('the project has no product');
    return run;
  }

  async remove(): Promise<void> {
    for (const session of this.#open) await session.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { API_VERSION, type ArtifactRef, defineEffect, definePlugin, defineRegistry } from '@provisioning-dist/core';

/** Registry `hello`: a folder with a download page. Files first; the page, which the public sees, when every registry is ready. */
interface Options {
  readonly path: string;
}

const copy = defineEffect<{ artifact: ArtifactRef; to: string }, { to: string }, Options>({
  name: 'hello.copy',
  describe: ({ to }) => `copy ${to}`,
  preview: ({ to }) => ({ to }),
  probe: async ({ artifact, to }, { options }) => (sha256Of(join(options.path, to)) === artifact.sha256 ? { to } : undefined),
  apply: async ({ artifact, to }, { options, file }) => {
    mkdirSync(dirname(join(options.path, to)), { recursive: true });
    copyFileSync(file(artifact), join(options.path, to));
    return { to };
  },
  revert: async ({ to }, _result, { options }) => rmSync(join(options.path, to), { force: true }),
});

const page = defineEffect<{ html: string }, object, Options, string>({
  name: 'hello.page',
  visible: true,
  key: () => 'index.html',
  describe: () => 'write index.html',
  probe: async ({ html }, { options }) => (readPage(options) === html ? {} : undefined),
  before: async (_input, { options }) => readPage(options),
  apply: async ({ html }, { options }) => {
    writeFileSync(join(options.path, 'index.html'), html);
    return {};
  },
  revert: async (_input, _result, { options, before }) => writeFileSync(join(options.path, 'index.html'), before ?? ''),
});

function sha256Of(file: string): string | undefined {
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : undefined;
}

function readPage({ path }: Options): string {
  return existsSync(join(path, 'index.html')) ? readFileSync(join(path, 'index.html'), 'utf8') : '';
}

const hello = defineRegistry<Options>({
  options: ({ z, path }) => z.object({ path: path() }),
  effects: [copy, page],
  publish: async (job) => {
    const { name, version } = job.release;
    const files = job.artifacts().filter(({ type }) => type === 'file');
    const copies = files.map(({ name, size, sha256 }) => job.effect(copy, { artifact: { name, size, sha256 }, to: `${version}/${name}` }));
    const items = (await Promise.all(copies)).map(({ to }) => `<li><a href="${to}">${to}</a>\n`);
    await job.effect(page, { html: `<!doctype html>\n<title>${name}</title>\n<h1>${name} ${version}</h1>\n<ul>\n${items.join('')}</ul>\n` });
  },
});

export default definePlugin({ name: 'hello', apiVersion: API_VERSION, registries: { hello } });

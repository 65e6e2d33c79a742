import { API_VERSION, definePlugin, type Plugin } from '@provisioning-dist/core';
import { dirFormat } from './dir.ts';
import { docsFormat } from './docs.ts';
import { sourceFormat } from './source.ts';
import { tarBrFormat } from './tar-br.ts';
import { tarGzFormat } from './tar-gz.ts';
import { tarXzFormat } from './tar-xz.ts';
import { tarZstFormat } from './tar-zst.ts';
import { zipFormat } from './zip.ts';

const plugin: Plugin = definePlugin({
  name: 'archive',
  apiVersion: API_VERSION,
  formats: {
    'tar.gz': tarGzFormat,
    'tar.xz': tarXzFormat,
    'tar.zst': tarZstFormat,
    'tar.br': tarBrFormat,
    zip: zipFormat,
    dir: dirFormat,
    source: sourceFormat,
    docs: docsFormat,
  },
});

export default plugin;

import { API_VERSION, definePlugin, type Plugin } from '@provisioning-dist/core';
import { dirFormat } from './dir.ts';
import { docsFormat } from './docs.ts';
import { sourceFormat } from './source.ts';
import { tarGzFormat } from './tar-gz.ts';
import { zipFormat } from './zip.ts';

const plugin: Plugin = definePlugin({
  name: 'archive',
  apiVersion: API_VERSION,
  formats: { 'tar.gz': tarGzFormat, zip: zipFormat, dir: dirFormat, source: sourceFormat, docs: docsFormat },
});

export default plugin;

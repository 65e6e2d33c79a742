import { API_VERSION, definePlugin, type Plugin } from '@provisioning-dist/core';
import { dirFormat } from './dir.ts';
import { tarGzFormat } from './tar-gz.ts';
import { zipFormat } from './zip.ts';

const plugin: Plugin = definePlugin({
  name: 'archive',
  apiVersion: API_VERSION,
  formats: { 'tar.gz': tarGzFormat, zip: zipFormat, dir: dirFormat },
});

export default plugin;

import { API_VERSION, definePlugin, type Plugin } from '@provisioning-dist/core';
import { debFormat } from './deb/format.ts';
import { rpmFormat } from './rpm/format.ts';

const plugin: Plugin = definePlugin({
  name: 'deb-rpm',
  apiVersion: API_VERSION,
  formats: { deb: debFormat, rpm: rpmFormat },
});

export default plugin;

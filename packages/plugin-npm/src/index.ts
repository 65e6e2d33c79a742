import { API_VERSION, definePlugin, type Plugin } from '@provisioning-dist/core';
import { npmMainFormat } from './format/main.ts';
import { npmFormat } from './format/platform.ts';
import { npm } from './registry/registry.ts';

const plugin: Plugin = definePlugin({
  name: 'npm',
  apiVersion: API_VERSION,
  formats: { npm: npmFormat, 'npm-main': npmMainFormat },
  registries: { npm },
});

export default plugin;

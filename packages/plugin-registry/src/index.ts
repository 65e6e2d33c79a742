import { API_VERSION, definePlugin, type Plugin } from '@provisioning-dist/core';
import { custom } from './custom/registry.ts';
import { local } from './local/registry.ts';

const plugin: Plugin = definePlugin({ name: 'registry', apiVersion: API_VERSION, registries: { local, custom } });

export default plugin;

import { API_VERSION, definePlugin, type Plugin } from '@provisioning-dist/core';
import { tag } from './tag/registry.ts';

const plugin: Plugin = definePlugin({ name: 'git', apiVersion: API_VERSION, registries: { tag } });

export default plugin;

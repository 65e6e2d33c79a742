import { API_VERSION, definePlugin, type Plugin } from '@provisioning-dist/core';
import { changelog } from './changelog.ts';

const plugin: Plugin = definePlugin({ name: 'changelog', apiVersion: API_VERSION, facts: { changelog } });

export default plugin;

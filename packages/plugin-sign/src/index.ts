import { API_VERSION, definePlugin, type Plugin } from '@provisioning-dist/core';
import { gpg } from './gpg/key.ts';

const plugin: Plugin = definePlugin({ name: 'sign', apiVersion: API_VERSION, keys: { gpg } });

export default plugin;

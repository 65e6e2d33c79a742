import { API_VERSION, definePlugin, type Plugin } from '@provisioning-dist/core';
import { webhook } from './webhook/channel.ts';

const plugin: Plugin = definePlugin({ name: 'notify', apiVersion: API_VERSION, channels: { webhook } });

export default plugin;

import { API_VERSION, definePlugin, type Plugin } from '@provisioning-dist/core';
import { systemd } from './systemd/services.ts';

const plugin: Plugin = definePlugin({ name: 'services', apiVersion: API_VERSION, services: { systemd } });

export default plugin;

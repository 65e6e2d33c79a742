import { API_VERSION, definePlugin, type Plugin } from '@provisioning-dist/core';
import { custom } from './custom/registry.ts';
import { local } from './local/registry.ts';
import { s3 } from './s3/registry.ts';
import { sftp } from './sftp/registry.ts';

const plugin: Plugin = definePlugin({ name: 'registry', apiVersion: API_VERSION, registries: { local, s3, sftp, custom } });

export default plugin;

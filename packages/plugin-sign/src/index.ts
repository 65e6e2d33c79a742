import { API_VERSION, definePlugin, type Plugin } from '@provisioning-dist/core';
import { cosign } from './cosign/key.ts';
import { gpg } from './gpg/key.ts';
import { minisign } from './minisign/key.ts';

const plugin: Plugin = definePlugin({ name: 'sign', apiVersion: API_VERSION, keys: { gpg, minisign, cosign } });

export default plugin;

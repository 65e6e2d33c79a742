import { API_VERSION, definePlugin, type Plugin } from '@provisioning-dist/core';
import { command } from './command/key.ts';
import { cosign } from './cosign/key.ts';
import { gpg } from './gpg/key.ts';
import { minisign } from './minisign/key.ts';
import { remote } from './remote/key.ts';
import { x509 } from './x509/key.ts';

const plugin: Plugin = definePlugin({ name: 'sign', apiVersion: API_VERSION, keys: { gpg, minisign, cosign, x509, remote, command } });

export default plugin;

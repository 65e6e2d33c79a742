import { definePlugin, type Plugin } from '@provisioning-dist/core';
import { cargo } from './cargo/builder.ts';
import { command } from './command/builder.ts';
import { go } from './go/builder.ts';
import { prebuilt } from './prebuilt/builder.ts';

const plugin: Plugin = definePlugin({ name: 'build', apiVersion: 1, builders: { cargo, command, go, prebuilt } });

export default plugin;

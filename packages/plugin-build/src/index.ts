import { definePlugin, type Plugin } from '@provisioning-dist/core';
import { prebuilt } from './prebuilt/builder.ts';

const plugin: Plugin = definePlugin({ name: 'build', apiVersion: 1, builders: { prebuilt } });

export default plugin;

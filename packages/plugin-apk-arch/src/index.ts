import { API_VERSION, definePlugin, type Plugin } from '@provisioning-dist/core';
import { apkFormat } from './apk/format.ts';
import { archFormat } from './archlinux/format.ts';

const plugin: Plugin = definePlugin({
  name: 'apk-arch',
  apiVersion: API_VERSION,
  formats: { apk: apkFormat, archlinux: archFormat },
});

export default plugin;

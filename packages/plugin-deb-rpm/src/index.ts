import { API_VERSION, definePlugin, type Plugin } from '@provisioning-dist/core';
import { apt } from './apt/registry.ts';
import { debFormat } from './deb/format.ts';
import { claimFindings } from './deb/read/claims.ts';
import { rpmFormat } from './rpm/format.ts';
import { rpmClaimFindings } from './rpm/read/claims.ts';
import { srpmFormat } from './srpm/format.ts';
import { yum } from './yum/registry.ts';

const plugin: Plugin = definePlugin({
  name: 'deb-rpm',
  apiVersion: API_VERSION,
  formats: { deb: debFormat, rpm: rpmFormat, srpm: srpmFormat },
  registries: { apt, yum },
  setup: ({ hooks }) => {
    hooks.validate.tap('deb', { name: 'deb-rpm claims' }, claimFindings());
    hooks.validate.tap('rpm', { name: 'deb-rpm claims' }, rpmClaimFindings());
  },
});

export default plugin;

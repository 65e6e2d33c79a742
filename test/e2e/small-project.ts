import type { Files } from './project.ts';

/** The smallest project that has everything a release has; a test replaces what it is about. */

const SECTIONS = {
  name: 'name: acme',
  version: 'version: 1.2.3',
  platforms: 'platforms: [linux-amd64, windows-amd64]',
  variants: 'variants: { complete: {}, minimal: { exclude: ["share/**"] } }',
  build: 'build:\n  - prebuilt: { from: "vendor/{platform}" }',
  contents: 'contents:\n  - { from: "{build}/app{exe}", to: bin/, role: binary }\n  - { from: "docs/*", to: share/doc/ }',
  packages: 'packages:\n  archive: {}',
  publish: 'publish:\n  local: {}',
} as const;

export type Sections = Partial<Record<keyof typeof SECTIONS, string>> & { readonly more?: string };

export const CONFIG = 'provisioning-dist.yaml';

/** The configuration's text with sections replaced. */
export function configText(sections: Sections = {}): string {
  const { more, ...replaced } = sections;
  return `${Object.values({ ...SECTIONS, ...replaced, ...(more === undefined ? {} : { more }) }).join('\n')}\n`;
}

/** The project's files with sections of its configuration replaced. */
export function smallProject(sections: Sections = {}): Files {
  return {
    [CONFIG]: configText(sections),
    'vendor/linux-amd64/app': { text: '#!/bin/sh\necho acme\n', mode: 0o755 },
    'vendor/windows-amd64/app.exe': 'MZ acme\r\n',
    'docs/readme.md': '# acme\n',
  };
}

/** A plugin that is a file of the project; `setup` is the body of its setup function. */
export function pluginFile(setup: string): string {
  return `import * as fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
export default { name: 'probe', apiVersion: 1, setup({ hooks }) { ${setup} } };
`;
}

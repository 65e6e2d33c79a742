import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './cli.ts';
import type { Files } from './project.ts';
import { CONFIG } from './small-project.ts';

/** The sample whose bytes are compared: everything a distribution can hold, for six platforms in two variants. Never change it lightly. */

const PLATFORMS = ['linux-amd64', 'linux-arm64', 'macos-amd64', 'macos-arm64', 'windows-amd64', 'freebsd-amd64'] as const;

/** Plugins that the sample brings along. */
const PLUGINS = ['plugin-deb-rpm', 'plugin-apk-arch'] as const;

/** Every format that is bundled. */
const ARCHIVES = formatsOf('plugin-archive');
/** Formats that make one artifact of a release. */
export const WIDE: readonly string[] = ['source', 'docs', 'srpm'];
/** Formats of packages for Linux. */
export const LINUX: readonly string[] = PLUGINS.flatMap(formatsOf).filter((format) => !WIDE.includes(format));
export const FORMATS: readonly string[] = [...new Set([...ARCHIVES, ...PLUGINS.flatMap(formatsOf)])];

/** What a format cannot do without. */
const OPTIONS: Readonly<Record<string, string>> = { srpm: '{ copy: { README.md: /usr/share/doc/sample/README.md } }' };

function formatsOf(plugin: string): readonly string[] {
  return JSON.parse(readFileSync(join(ROOT, 'packages', plugin, 'package.json'), 'utf8')).provisioningDist.formats;
}

const CONTENTS = `contents:
  - { from: "{build}/tool{exe}", to: bin/, role: binary }
  - { type: symlink, from: tool, to: bin/t, platforms: [linux, macos, freebsd] }
  - { from: README.md, to: ./, role: doc }
  - { from: share/**, to: share/ }
  - { from: etc/tool.toml, to: etc/, role: config, mode: "0640" }
  - { type: directory, to: var/empty, mode: "0700" }
`;

/** The sample's files; with formats by instance, so that one may be named alone. */
export function sample(formats: readonly string[] = FORMATS): Files {
  const binaries = PLATFORMS.map((platform, index) => {
    const name = platform.startsWith('windows') ? 'tool.exe' : 'tool';
    return [`vendor/${platform}/${name}`, program(index, index === 0 ? 1_300_000 : 90_000)] as const;
  });
  return {
    [CONFIG]: `name: sample
version: 4.5.6
description: Sample of everything
license: MIT
maintainer: Jane Doe <jane@acme.example>
plugins: [${PLUGINS.map((plugin) => `"@provisioning-dist/${plugin}"`).join(', ')}]
platforms: [${PLATFORMS.join(', ')}]
variants: { complete: {}, minimal: { exclude: ["share/**"] } }
build:
  - prebuilt: { from: "vendor/{platform}" }
${CONTENTS}packages: { ${formats.map((format) => `${format}: ${OPTIONS[format] ?? '{}'}`).join(', ')} }
`,
    '.gitignore': 'packages/\n.provisioning-dist/\nnode_modules/\n',
    'README.md': '# sample\n\nTools – for everybody\n',
    'etc/tool.toml': 'level = 1\n',
    'share/empty': '',
    'share/largish.txt': 'A line that says little, again and again.\n'.repeat(2_000),
    [`share/${'deep/'.repeat(30)}file.txt`]: 'far down\n',
    'share/grüße.txt': 'Grüße\n',
    'share/run.sh': { text: '#!/bin/sh\necho sample\n', mode: 0o755 },
    ...Object.fromEntries(binaries),
    ...Object.fromEntries(PLUGINS.map((plugin) => [`node_modules/@provisioning-dist/${plugin}`, { link: join(ROOT, 'packages', plugin) }])),
  };
}

/** Bytes that compress to about a half, the same on every machine. */
function program(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed + 1;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[index] = index % 64 < 32 ? (state >>> 20) & 15 : state >>> 24;
  }
  bytes.set(seed === 4 ? [0x4d, 0x5a] : [0x7f, 0x45, 0x4c, 0x46]);
  return bytes;
}

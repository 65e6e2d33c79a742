import { rmSync } from 'node:fs';
import { describe } from 'mocha';
import { HERE, refuses } from '../bad-input.ts';
import { CONFIG, configText } from '../small-project.ts';

const withoutConfig = (project: { readonly path: (name: string) => string }): void => rmSync(project.path(CONFIG));

describe('a bad configuration', () => {
  refuses({
    'none at all': { prepare: withoutConfig, code: 'config-not-found', says: /Cannot find a configuration from ".*project"/, hint: /--config/ },
    'a --config that is not there': { args: ['release', '-c', 'no.yaml'], code: 'config-unreadable', at: 'no.yaml', says: /no such file/ },
    'a folder in its place': {
      prepare: withoutConfig,
      files: { 'conf.yaml': { folder: true } },
      args: ['release', '-c', 'conf.yaml'],
      code: 'config-unreadable',
      at: 'conf.yaml',
      says: /it is a directory/,
    },
    'one without permission to read': {
      files: { [CONFIG]: { text: configText(), mode: 0 } },
      options: { unprivileged: true },
      code: 'config-unreadable',
      at: CONFIG,
      says: /permission denied/,
    },
    'two side by side': { files: { 'provisioning-dist.json': '{}' }, code: 'config-ambiguous', at: CONFIG, says: /stands beside it/ },
    'broken YAML': {
      sections: { name: 'name: [acme', version: `version: 1.2.3 ${HERE}` },
      code: 'config-syntax',
      says: /Cannot read configuration/,
    },
    'broken JSON': {
      files: { 'dist.json': '{\n  "name": "acme",\n  "version": 1.2.3\n}\n' },
      args: ['release', '-c', 'dist.json'],
      code: 'config-syntax',
      at: 'dist.json:3',
      says: /Cannot read configuration "dist.json"/,
    },
    'bytes that are no UTF-8': {
      files: { [CONFIG]: Buffer.from('name: acme\ndescription: caf\xe9\n', 'latin1') },
      code: 'config-encoding',
      at: `${CONFIG}:2`,
      says: /not UTF-8/,
    },
    'duplicate keys': {
      sections: { more: `name: other ${HERE}` },
      code: 'config-duplicate-key',
      says: /"name" twice: it is already written on line 1/,
    },
    'duplicate keys in JSON': {
      files: { 'dist.json': '{\n  "name": "acme",\n  "name": "other"\n}\n' },
      args: ['release', '-c', 'dist.json'],
      code: 'config-duplicate-key',
      at: 'dist.json:3',
      says: /"name" twice/,
    },
    'an alias bomb': { files: { [CONFIG]: aliasBomb() }, code: 'config-alias-limit', at: `${CONFIG}:3`, says: /aliases expand to more than/ },
    'an unknown key': {
      sections: { more: `pakages: {} ${HERE}` },
      code: 'config-unknown-key',
      says: /"pakages" at the top/,
      hint: /did you mean "packages"\?/,
    },
    'an unknown key of a rule': {
      sections: { contents: `contents:\n  - { from: docs/*, too: share/, to: share/ } ${HERE}` },
      code: 'config-unknown-key',
      says: /"too" in "contents\[0\]"/,
      hint: /did you mean "to"\?/,
    },
    'an unknown option of a plugin': {
      sections: { build: `build:\n  - prebuilt:\n      form: vendor ${HERE}` },
      code: 'config-unknown-key',
      says: /"form" in "build\[0\].prebuilt"/,
      hint: /did you mean "from"\?/,
    },
    'text where a list belongs': {
      sections: { platforms: `platforms: linux-amd64 ${HERE}` },
      code: 'config-type',
      subject: 'platforms',
      says: /expected a list, found text/,
    },
    'a number where text belongs': {
      sections: { version: `version: 1.10 ${HERE}` },
      code: 'config-type',
      subject: 'version',
      says: /expected text, found the number 1\.10/,
      hint: /"1\.10"/,
    },
    'a wrong type in an instance': {
      sections: { packages: `packages:\n  tar.gz:\n    variants: complete ${HERE}` },
      code: 'config-type',
      subject: "packages['tar.gz'].variants",
      says: /expected a list, found text/,
    },
    'one that extends itself': {
      sections: { more: `extends: ./${CONFIG} ${HERE}` },
      code: 'config-extends-cycle',
      says: /leads back to itself/,
    },
    'a secret written out': {
      sections: { publish: `publish:\n  local: { url: "https://user:hunter2@example.org/" } ${HERE}` },
      code: 'config-url-userinfo',
      says: /carries a user name or password/,
    },
    'a product whose folder leads out': {
      sections: { more: `products:\n  acme: { path: ../other } ${HERE}` },
      code: 'config-value',
      says: /leads out of the folder/,
    },
  });
});

describe('a bad template', () => {
  refuses({
    'an unknown field': {
      sections: { contents: `contents:\n  - { from: docs/*, to: "share/{platfrom}/" } ${HERE}` },
      code: 'template-field',
      says: /"platfrom"/,
      hint: /did you mean "platform"\?/,
    },
    'an unknown field in a builder': {
      sections: { build: `build:\n  - prebuilt: { from: "vendor/{platfrom}" } ${HERE}` },
      code: 'template-field',
      says: /"platfrom"/,
      hint: /did you mean "platform"\?/,
    },
    'an unknown filter': {
      sections: { contents: `contents:\n  - { from: docs/*, to: "share/{name|uper}/" } ${HERE}` },
      code: 'template-filter',
      says: /"uper"/,
      hint: /did you mean "upper"\?/,
    },
    'a brace nobody closes': {
      sections: { contents: `contents:\n  - { from: docs/*, to: "share/{name/" } ${HERE}` },
      code: 'template-syntax',
      says: /"\{" at character 7 is not closed/,
    },
    'an unknown field in artifact names': {
      sections: { more: `artifactName: "{name}-{vesion}.{ext}" ${HERE}` },
      code: 'template-field',
      says: /"vesion"/,
      hint: /did you mean "version"\?/,
    },
  });
});

function aliasBomb(): string {
  const levels = Array.from({ length: 9 }, (_, index) => `a${index + 1}: &a${index + 1} [${Array(10).fill(`*a${index}`).join(', ')}]`);
  return `name: acme\na0: &a0 [x, x]\n${levels.join('\n')}\n`;
}

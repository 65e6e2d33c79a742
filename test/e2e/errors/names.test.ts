import { describe } from 'mocha';
import { HERE, refuses } from '../bad-input.ts';

describe('a name nobody declared', () => {
  refuses({
    'a platform': {
      sections: { platforms: `platforms: [linux-amd46] ${HERE}` },
      code: 'platform-unknown',
      says: /"linux-amd46"/,
      hint: /did you mean "linux-amd64"\?/,
    },
    'a platform on the command line': {
      args: ['release', '--platform', 'linus'],
      code: 'platform-not-selected',
      says: /"linus"/,
      hint: /did you mean "linux"\?/,
    },
    'a glob that selects no platform': {
      args: ['release', '--platform', 'solaris-*'],
      code: 'platform-not-selected',
      says: /"solaris-\*"/,
      hint: /choose from linux-amd64, windows-amd64/,
    },
    'a variant': {
      sections: { contents: `contents:\n  - { from: "docs/*", to: share/, variants: [minmal] } ${HERE}` },
      code: 'config-unknown-variant',
      says: /"minmal"/,
      hint: /did you mean "minimal"\?/,
    },
    'a variant on the command line': {
      args: ['release', '--variant', 'complet'],
      code: 'unknown-variant',
      says: /"complet"/,
      hint: /did you mean "complete"\?/,
    },
    'a format': {
      sections: { packages: `packages:\n  tar.gs: {} ${HERE}` },
      code: 'unknown-plugin-key',
      says: /format "tar\.gs"/,
      hint: /did you mean "tar\.gz"\?/,
    },
    'a format on the command line': {
      args: ['release', '--format', 'zp'],
      code: 'unknown-plugin-key',
      says: /"zp"/,
      hint: /did you mean "zip"\?/,
    },
    'a builder': {
      sections: { build: `build:\n  - prebuild: { from: vendor } ${HERE}` },
      code: 'unknown-plugin-key',
      says: /builder "prebuild"/,
      hint: /did you mean "prebuilt"\?/,
    },
    'a registry': {
      sections: { publish: `publish:\n  prod: { use: locl } ${HERE}` },
      code: 'unknown-plugin-key',
      says: /registry "locl"/,
      hint: /did you mean "local"\?/,
    },
    'a plugin': {
      sections: { more: `plugins: ["@acme/no-such-plugin"] ${HERE}` },
      code: 'plugin-not-found',
      says: /"@acme\/no-such-plugin"/,
      hint: /npm install/,
    },
    'a step': { args: ['release', '--skip', 'publsh'], code: 'unknown-selection', says: /"publsh"/, hint: /did you mean "publish"\?/ },
    'a product': { args: ['release', '--product', 'acne'], code: 'unknown-product', says: /"acne"/, hint: /did you mean "acme"\?/ },
    'a command': { args: ['relase'], code: 'unknown-command', says: /"relase"/, hint: /did you mean "release"\?/ },
    'a flag': { args: ['release', '--platfrom', 'linux'], code: 'usage', says: /--platfrom/, hint: /did you mean --platform\?/ },
    'a number of jobs that is none': { args: ['package', '--jobs', 'many'], code: 'usage', says: /many/ },
  });
});

describe('an artifact name', () => {
  refuses({
    'two artifacts share': {
      sections: { packages: 'packages:\n  a: { use: tar.gz }\n  b: { use: tar.gz }' },
      code: 'artifact-name-taken',
      says: /tar\.gz of packages\.b "acme-1\.2\.3-linux-amd64-complete\.tar\.gz": packages\.a/,
      hint: /artifactName/,
    },
    'that differs from another in case': {
      sections: {
        packages: 'packages:\n  a: { use: zip, name: "X-{platform}-{variant}.{ext}" }\n  b: { use: zip, name: "x-{platform}-{variant}.{ext}" }',
      },
      code: 'artifact-name-taken',
      says: /packages\.a makes it as well/,
    },
    'without the variant': {
      sections: { more: 'artifactName: "{name}-{platform}.{ext}"' },
      code: 'artifact-name-taken',
      says: /"acme-linux-amd64\.tar\.gz"/,
      hint: /\{variant\}/,
    },
    'that is the one of the checksums': {
      sections: { packages: 'packages:\n  zip: { platforms: [linux], variants: [complete], name: checksums.sha256 }' },
      code: 'artifact-name-taken',
      says: /provisioning-dist writes a file of that name itself/,
    },
    'that is a path': {
      sections: { packages: `packages:\n  zip: { name: "../{name}-{platform}-{variant}.zip" } ${HERE}` },
      code: 'template-value',
      says: /file names cannot have/,
    },
    'that a shell would read otherwise': {
      sections: { packages: 'packages:\n  zip: { name: "$(id)-{platform}-{variant}.zip" }' },
      code: 'illegal-artifact-name',
      says: /letters, digits/,
    },
    'when none is left': { args: ['release', '--skip', 'archive'], code: 'nothing-to-package', says: /left out by --skip archive/ },
  });
});

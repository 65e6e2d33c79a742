import assert from 'node:assert/strict';
import { buildingPage } from '../src/building.ts';
import { DATE } from './package.ts';

const RELEASE = { product: 'app', name: 'app', version: '1.2.3', snapshot: false, date: DATE, commit: 'c'.repeat(40) };

describe('the generated page', () => {
  it('lists builders and their commands', () => {
    const builds = [
      { id: 'server', use: 'cargo', platforms: ['linux', 'macos-*'], commands: ['cargo build --release', 'strip server'] },
      { id: 'tools', use: 'prebuilt', commands: [] },
    ];
    const expected = `# Building app 1.2.3

The files of commit ${'c'.repeat(40)} say nothing about building them, so this page was generated from the release's configuration.

The release is built in these steps:

1. server: builder \`cargo\`, on linux, macos-*

        cargo build --release
        strip server

2. tools: builder \`prebuilt\`

With provisioning-dist all of it is done by

    provisioning-dist package --version 1.2.3
`;
    assert.equal(buildingPage({ release: RELEASE, builds }), expected);
  });

  it('says that nothing is built', () => {
    assert.match(buildingPage({ release: RELEASE, builds: [] }), /\n\nNothing is built: the files are packaged as they are\.\n/);
  });

  it('keeps commands of several lines in their block', () => {
    const page = buildingPage({ release: RELEASE, builds: [{ id: 'a', use: 'b', commands: ['one\r\n# two\rthree'] }] });
    assert.match(page, /\n {8}one\n {8}# two\n {8}three\n/);
  });
});

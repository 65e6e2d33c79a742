import assert from 'node:assert/strict';
import type { Platform } from '../../src/model/platform.ts';
import { resolvePlatforms } from '../../src/model/resolve-platforms.ts';

function codes(...specs: Parameters<typeof resolvePlatforms>[0]): readonly string[] {
  return resolvePlatforms(specs).problems.map(({ code }) => code);
}

const OWN: Platform = { name: 'linux-loong64', os: 'linux', cpu: 'loong64', go: 'linux/loong64' };

describe('resolvePlatforms', () => {
  it('keeps the order written', () => {
    const { platforms } = resolvePlatforms(['windows-amd64', 'linux-amd64']);
    assert.deepEqual(
      platforms.map(({ name }) => name),
      ['windows-amd64', 'linux-amd64'],
    );
  });

  it('takes other words for one row', () => {
    const { platforms, problems } = resolvePlatforms(['darwin-x64', 'linux/arm64', 'x86_64-unknown-linux-musl']);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      platforms.map(({ name }) => name),
      ['macos-amd64', 'linux-arm64', 'linux-amd64-musl'],
    );
  });

  it('makes a Windows row an msvc one', () => {
    assert.equal(resolvePlatforms(['x86_64-pc-windows-msvc']).platforms[0]?.rust, 'x86_64-pc-windows-msvc');
  });

  it("takes rows of the user's own", () => {
    assert.deepEqual(resolvePlatforms([OWN]).platforms, [OWN]);
  });

  it('gives own rows the columns of their namesake', () => {
    const [platform] = resolvePlatforms([{ name: 'linux-amd64', os: 'linux', cpu: 'x86_64', deb: 'x32' }]).platforms;
    assert.deepEqual([platform?.cpu, platform?.deb, platform?.rpm], ['amd64', 'x32', 'x86_64']);
  });

  it('suggests a name for an unknown one', () => {
    const [problem] = resolvePlatforms(['linux-amd46'], () => ({ file: 'dist.yaml', line: 3 })).problems;
    assert.equal(problem?.message, 'Cannot use platform "linux-amd46": it is not in the platform table');
    assert.match(problem?.hint ?? '', /^did you mean "linux-amd64"\?/);
    assert.deepEqual(problem?.where, { file: 'dist.yaml', line: 3 });
  });

  it('refuses a word for several rows', () => {
    assert.deepEqual(codes('darwin'), ['platform-ambiguous']);
  });

  it('refuses a platform listed twice', () => {
    assert.deepEqual(codes('macos-amd64', 'darwin-amd64'), ['platform-duplicate']);
  });

  for (const name of ['any', '../x', 'Linux', 'a--b', '', 'a/b', '-x']) {
    it(`refuses the name ${JSON.stringify(name)}`, () => assert.deepEqual(codes({ ...OWN, name }), ['platform-name']));
  }

  it('collects every problem', () => {
    assert.deepEqual(codes('nope', 'linux-amd64', 'any', { ...OWN, name: 'any' }), ['platform-unknown', 'platform-unknown', 'platform-name']);
  });
});

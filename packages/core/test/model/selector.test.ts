import assert from 'node:assert/strict';
import { DistErrors } from '../../src/errors.ts';
import { PLATFORMS } from '../../src/model/platform-table.ts';
import { selectPlatforms } from '../../src/model/selector.ts';

const PRIMARY = PLATFORMS.filter(({ name }) => /^(linux-(amd64|arm64)|macos-.*|windows-amd64|freebsd-amd64)$/.test(name));

function names(...selectors: string[]): string {
  return selectPlatforms(selectors, PLATFORMS)
    .map(({ name }) => name)
    .join(' ');
}

describe('selectPlatforms', () => {
  const cases: readonly (readonly [selector: string, means: string])[] = [
    ['linux-amd64', 'linux-amd64'],
    ['darwin', 'macos-amd64 macos-arm64'],
    ['win', 'windows-amd64 windows-arm64'],
    ['Windows-AMD64', 'windows-amd64'],
    ['darwin-x64', 'macos-amd64'],
    ['linux-x86_64-musl', 'linux-amd64-musl'],
    ['linux/arm64', 'linux-arm64 linux-arm64-musl'],
    ['darwin/x86_64', 'macos-amd64'],
    ['linux/arm', 'linux-armv7 linux-armv6'],
    ['linux/arm/v7', 'linux-armv7'],
    ['linux/arm/6', 'linux-armv6'],
    ['linux/arm64/v8', 'linux-arm64 linux-arm64-musl'],
    ['x86_64-unknown-linux-musl', 'linux-amd64-musl'],
    ['x86_64-pc-windows-msvc', 'windows-amd64'],
    ['aarch64-apple-darwin', 'macos-arm64'],
    ['*-arm64', 'linux-arm64 macos-arm64 windows-arm64 freebsd-arm64'],
    ['{macos,freebsd}-amd64', 'macos-amd64 freebsd-amd64'],
  ];
  for (const [selector, means] of cases) it(`reads "${selector}"`, () => assert.equal(names(selector), means));

  it('keeps the order of the platforms', () => {
    assert.equal(names('windows-amd64', 'linux-arm64', 'linux-amd64'), 'linux-amd64 linux-arm64 windows-amd64');
  });

  it('lists a platform once', () => {
    assert.equal(names('linux-s390x', '*-s390x'), 'linux-s390x');
  });

  it('suggests the name most likely meant', () => {
    assert.throws(() => selectPlatforms(['linxu-amd64'], PRIMARY), {
      code: 'platform-not-selected',
      exit: 2,
      message: 'Cannot select platform "linxu-amd64": none of the platforms of this release matches',
      hint: /^did you mean "linux-amd64"\?/,
    });
  });

  it('says how to add a known platform', () => {
    assert.throws(() => selectPlatforms(['linux-s390x'], PRIMARY), { hint: /^add it to "platforms", or choose from linux-amd64, / });
  });

  it('reports all selectors without a match', () => {
    const tellsBoth = (error: unknown): boolean => error instanceof DistErrors && error.errors.length === 2;
    assert.throws(() => selectPlatforms(['plan9', 'linux', 'beos'], PRIMARY), tellsBoth);
  });

  for (const hostile of ['', ' ', 'constructor', '__proto__/x', 'linux/', '/', 'linux/arm64/v8/x', '[', '!linux']) {
    it(`refuses ${JSON.stringify(hostile)}`, () => {
      assert.throws(() => selectPlatforms([hostile], PRIMARY), { code: 'platform-not-selected' });
    });
  }
});

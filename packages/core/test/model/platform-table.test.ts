import assert from 'node:assert/strict';
import type { Platform } from '../../src/model/platform.ts';
import { PLATFORMS, PRIMARY_PLATFORMS } from '../../src/model/platform-table.ts';

function row(name: string): Platform | undefined {
  return PLATFORMS.find((platform) => platform.name === name);
}

describe('PLATFORMS', () => {
  it('has every name once', () => {
    assert.equal(new Set(PLATFORMS.map(({ name }) => name)).size, 16);
    assert.equal(PLATFORMS.length, 16);
  });

  it('holds all primary platforms', () => {
    assert.deepEqual(
      PRIMARY_PLATFORMS.map((name) => row(name)?.name),
      ['linux-amd64', 'linux-arm64', 'macos-amd64', 'macos-arm64', 'windows-amd64', 'freebsd-amd64'],
    );
  });

  it('knows the names of 64-bit ARM Linux', () => {
    assert.deepEqual(row('linux-arm64'), {
      name: 'linux-arm64',
      os: 'linux',
      cpu: 'arm64',
      libc: 'gnu',
      rust: 'aarch64-unknown-linux-gnu',
      go: 'linux/arm64',
      deb: 'arm64',
      rpm: 'aarch64',
      apk: 'aarch64',
      oci: 'linux/arm64/v8',
      npm: 'linux/arm64',
    });
  });

  it('knows the names of ARMv7', () => {
    const { rust, go, deb, rpm, apk, oci, npm } = row('linux-armv7') ?? {};
    assert.deepEqual(
      [rust, go, deb, rpm, apk, oci, npm],
      ['armv7-unknown-linux-gnueabihf', 'linux/arm/7', 'armhf', 'armv7hl', 'armv7', 'linux/arm/v7', 'linux/arm'],
    );
  });

  it('knows the names of 32-bit x86', () => {
    const { rust, go, deb, rpm, apk, npm } = row('linux-386') ?? {};
    assert.deepEqual([rust, go, deb, rpm, apk, npm], ['i686-unknown-linux-gnu', 'linux/386', 'i386', 'i686', 'x86', 'linux/ia32']);
  });

  it('calls little-endian POWER ppc64el in Debian', () => {
    assert.deepEqual([row('linux-ppc64le')?.deb, row('linux-ppc64le')?.rpm], ['ppc64el', 'ppc64le']);
  });

  it('tells musl rows by libc and triple', () => {
    assert.deepEqual([row('linux-amd64-musl')?.libc, row('linux-amd64-musl')?.rust], ['musl', 'x86_64-unknown-linux-musl']);
  });

  it('builds Windows with the GNU runtime', () => {
    assert.equal(row('windows-amd64')?.rust, 'x86_64-pc-windows-gnu');
  });

  it('calls ARM aarch64 in FreeBSD only', () => {
    assert.deepEqual([row('freebsd-arm64')?.freebsd, row('freebsd-arm64')?.go], ['aarch64', 'freebsd/arm64']);
  });

  it('has no Debian name for macOS', () => {
    assert.equal(row('macos-arm64')?.deb, undefined);
  });
});

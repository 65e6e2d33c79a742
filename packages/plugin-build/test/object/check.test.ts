import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Os, Platform } from '@provisioning-dist/core';
import { checkObjects } from '../../src/object/check.ts';
import { project, put } from '../prebuilt/job.ts';
import { ELF_AMD64, ELF_ARM64, elfBytes, machoBytes, peBytes } from './heads.ts';

const FREEBSD = 9;

function platform(os: Os, cpu: string): Platform {
  return { name: `${os}-${cpu}`, os, cpu };
}

describe('checkObjects', () => {
  const { root, dispose } = project();
  after(dispose);
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  const check = (bytes: Uint8Array | string, made: Platform) => {
    put(root, 'app', bytes);
    return checkObjects([{ name: 'app', file: join(root, 'app') }], { platform: made, log: { info: say, warn: say, debug: say } });
  };

  for (const [os, cpu, bytes] of [
    ['linux', 'amd64', ELF_AMD64],
    ['linux', 'arm64', ELF_ARM64],
    ['linux', 'armv6', elfBytes({ machine: 40 })],
    ['linux', 'armv7', elfBytes({ machine: 40 })],
    ['linux', '386', elfBytes({ machine: 3 })],
    ['linux', 'riscv64', elfBytes({ machine: 243 })],
    ['linux', 's390x', elfBytes({ machine: 22, big: true })],
    ['linux', 'ppc64le', elfBytes({ machine: 21 })],
    ['freebsd', 'amd64', elfBytes({ machine: 62, osAbi: FREEBSD })],
    ['freebsd', 'amd64', ELF_AMD64],
    ['macos', 'arm64', machoBytes(0x0100000c)],
    ['windows', 'amd64', peBytes(0x8664)],
    ['windows', 'arm64', peBytes(0xaa64)],
    ['windows', 'amd64', '#!/bin/sh\n'],
    ['linux', 'amd64', ''],
  ] as const) {
    it(`takes ${Buffer.from(bytes).toString('hex', 0, 20)} for ${os}-${cpu}`, () => assert.equal(check(bytes, platform(os, cpu)).length, 1));
  }

  for (const [os, cpu, bytes, found] of [
    ['linux', 'arm64', ELF_AMD64, 'ELF for linux or freebsd on amd64'],
    ['linux', 'amd64', elfBytes({ machine: 62, osAbi: FREEBSD }), 'ELF for freebsd on amd64'],
    ['freebsd', 'amd64', elfBytes({ machine: 62, osAbi: 3 }), 'ELF for linux on amd64'],
    ['linux', 'amd64', elfBytes({ machine: 62, osAbi: 12 }), 'ELF for another system on amd64'],
    ['linux', 'ppc64le', elfBytes({ machine: 21, big: true }), 'ELF for linux or freebsd on ppc64'],
    ['linux', 'amd64', elfBytes({ machine: 26 }), 'ELF for linux or freebsd on machine 0x1a'],
    ['windows', 'amd64', ELF_AMD64, 'ELF for linux or freebsd on amd64'],
    ['macos', 'universal', machoBytes(0x0100000c), 'Mach-O for macos on arm64'],
    ['macos', 'amd64', machoBytes(0x0100000c), 'Mach-O for macos on arm64'],
    ['linux', 'amd64', machoBytes(0x01000007), 'Mach-O for macos on amd64'],
    ['windows', 'arm64', peBytes(0x8664), 'PE for windows on amd64'],
  ] as const) {
    it(`refuses ${found} for ${os}-${cpu}`, () => {
      assert.throws(() => check(bytes, platform(os, cpu)), {
        code: 'build-wrong-platform',
        message: `Cannot use "app" for ${os}-${cpu}: it is ${found}`,
      });
    });
  }

  it('tells of a CPU it does not know', () => {
    check(elfBytes({ machine: 8 }), platform('linux', 'mips64el'));
    assert.equal(said.at(-1), 'app is for mips: whether that is linux-mips64el is not known here');
  });

  it('refuses another system whatever the CPU', () => {
    assert.throws(() => check(peBytes(0x8664), platform('linux', 'sparc64')), { code: 'build-wrong-platform' });
  });
});

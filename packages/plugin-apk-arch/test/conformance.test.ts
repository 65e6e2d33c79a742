import { describeConformance, formatConformance } from '@provisioning-dist/core/testing';
import { apkFormat } from '../src/apk/format.ts';
import { archFormat } from '../src/archlinux/format.ts';
import { AMD64, optionsOf } from './package.ts';

for (const codec of ['zstd', 'xz', 'gzip', 'none']) {
  describe(`the conformance of archlinux with ${codec}`, () => {
    describeConformance({ it }, formatConformance({ definition: archFormat, options: optionsOf(archFormat, { codec }), platform: AMD64 }));
  });
}

describe('the conformance of apk', () => {
  describeConformance({ it }, formatConformance({ definition: apkFormat, options: optionsOf(apkFormat), platform: AMD64 }));
});

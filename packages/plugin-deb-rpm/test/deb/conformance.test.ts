import { describeConformance, formatConformance } from '@provisioning-dist/core/testing';
import { debFormat } from '../../src/deb/format.ts';
import { AMD64, optionsOf } from '../package.ts';

for (const codec of ['gzip', 'xz', 'zstd', 'none']) {
  describe(`the conformance of deb with ${codec}`, () => {
    describeConformance({ it }, formatConformance({ definition: debFormat, options: optionsOf({ codec }), platform: AMD64 }));
  });
}

import { describeConformance, formatConformance } from '@provisioning-dist/core/testing';
import { rpmFormat } from '../../src/rpm/format.ts';
import { optionsOf, X86_64 } from './rpm-package.ts';

for (const codec of ['gzip', 'xz', 'zstd', 'none']) {
  describe(`the conformance of rpm with ${codec}`, () => {
    describeConformance({ it }, formatConformance({ definition: rpmFormat, options: optionsOf({ codec }), platform: X86_64 }));
  });
}

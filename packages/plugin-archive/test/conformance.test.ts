import { describeConformance, formatConformance } from '@provisioning-dist/core/testing';
import plugin from '../src/index.ts';

for (const [name, definition] of Object.entries(plugin.formats ?? {})) {
  describe(`the conformance of ${name}`, () => {
    describeConformance({ it }, formatConformance({ definition, options: {} }));
  });
}

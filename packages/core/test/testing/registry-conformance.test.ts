import assert from 'node:assert/strict';
import { describeConformance } from '../../src/testing/conformance.ts';
import { registryConformance } from '../../src/testing/registry-conformance.ts';
import { type Defect, memoryRegistry } from './memory-registry.ts';

/** Which case must notice which defect. */
const NOTICED: Readonly<Record<Defect, string>> = {
  'acts outside effects': 'a dry run changes nothing and lists every change',
  'differs each time': 'publishing gives the same anywhere',
  'finds everything': 'no probe finds what was not made',
  'finds nothing': 'every probe finds what was made',
  'forgets the pointer in dry runs': 'a dry run changes nothing and lists every change',
  'gives a date back': 'the journal holds JSON without local paths',
  'is current for ever': 'the current version is the one published last',
  'journals a path': 'the journal holds JSON without local paths',
  'journals the secret': 'secrets stand nowhere',
  'keeps one record for all': 'the record is kept for another machine',
  'leaves half': 'taking a release back leaves what was there before',
  'logs the secret': 'secrets stand nowhere',
  'lists every write': 'a crash at any point leaves nothing lost or doubled',
  'overwrites the pointer': 'a pointer that was moved is left alone by going back',
  'overwrites bytes': "somebody else's bytes are left alone by publishing",
  'points first': 'what nobody sees comes before what everybody sees',
  'removes what is not its own': "somebody else's bytes are left alone by going back",
  'retargets blindly': 'clients are not sent to what is not there',
  'reverts once only': 'a revert that is called twice is good',
  'verifies nothing': 'every artifact with other bytes is found',
  'writes when it looks': 'looking changes nothing',
};

describe('the conformance of a registry', () => {
  describe('is found where there is no defect:', () => {
    describeConformance({ it }, registryConformance(memoryRegistry()));
  });

  for (const [defect, name] of Object.entries(NOTICED)) {
    it(`is denied to one that ${defect}`, async () => {
      const found = registryConformance(memoryRegistry(defect as Defect)).find((one) => one.name === name);
      assert.ok(found);
      await assert.rejects(found.run());
    });
  }

  it('asks for nothing that is not offered', () => {
    const { definition, open } = memoryRegistry();
    const { options, effects, publish } = definition;
    const names = registryConformance({ definition: { options, effects, publish }, open }).map(({ name }) => name);
    assert.deepEqual(
      names.filter((name) => /current|verif|record|address|preflight|clients|somebody|pointer/.test(name)),
      [],
    );
  });
});

/** Publishes five products into a repository, beside other processes doing the same. */
import { once } from 'node:events';
import { optionsOf as aptOptions } from '../apt/bench.ts';
import { publish as publishDebs } from '../apt/runner.ts';
import { optionsOf as yumOptions } from '../yum/bench.ts';
import { rpmArtifact } from '../yum/rpms.ts';
import { publish as publishRpms } from '../yum/runner.ts';

const [registry = '', path = '', folder = '', publisher = ''] = process.argv.slice(2);

const publishers: Readonly<Record<string, (name: string) => Promise<unknown>>> = {
  apt: async (name) => {
    const options = aptOptions({ path, origin: 'Acme', label: 'Acme' });
    return await publishDebs({ options, folder }, { name, version: '1.0.0', debs: [{ package: name, version: '1.0-1' }] });
  },
  yum: async (name) => {
    const rpms = [rpmArtifact({ package: name, version: '1.0' })];
    return await publishRpms({ options: yumOptions({ path }), folder }, { name, version: '1.0.0', rpms });
  },
};

process.send?.('ready');
await once(process, 'message');
for (let product = 0; product < 5; product++) await publishers[registry]?.(`${publisher}${product}`);
process.disconnect();

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { z } from 'zod';
import type { PackageInstance, ProductConfig } from '../../src/config/config.ts';
import { type PlanInput, planRelease, type ResolvedPackage } from '../../src/lifecycle/plan.ts';
import { parseSelection } from '../../src/lifecycle/selection.ts';
import type { Os } from '../../src/model/platform.ts';
import { resolvePlatforms } from '../../src/model/resolve-platforms.ts';
import type { FormatDefinition } from '../../src/plugin.ts';

const AT = { file: 'provisioning-dist.yaml', key: 'packages' };

function format(definition: Partial<FormatDefinition<unknown>> = {}): FormatDefinition<unknown> {
  return { scope: 'cell', group: 'archive', kind: 'archive', ext: 'tgz', options: () => z.unknown(), ...definition };
}

function instance(id: string, rest: Partial<PackageInstance> = {}): PackageInstance {
  return { id, use: id, options: {}, at: AT, ...rest };
}

function resolved(
  own: PackageInstance,
  choose: FormatDefinition<unknown> | ((os: Os | undefined) => FormatDefinition<unknown> | undefined),
): ResolvedPackage {
  const definitionFor = typeof choose === 'function' ? choose : () => choose;
  return {
    instance: own,
    format: (os) => {
      const definition = definitionFor(os);
      return definition && { key: definition.ext, definition, options: {} };
    },
    answersTo: (name) => name === own.id || name === own.use || name === definitionFor(undefined)?.group,
  };
}

interface Given {
  readonly packages: readonly ResolvedPackage[];
  readonly platforms?: readonly string[];
  readonly variants?: readonly string[];
  readonly filters?: Partial<PlanInput['filters']>;
  readonly artifactName?: string;
  readonly skip?: readonly string[];
}

function input({ packages, platforms = ['linux-amd64', 'windows-amd64'], variants = [], filters = {}, artifactName, skip = [] }: Given): PlanInput {
  const product = { variants: new Map(variants.map((name) => [name, {}])), build: [], contents: [], ...(artifactName && { artifactName }) };
  return {
    // only what the plan reads
    product: product as unknown as ProductConfig,
    release: { product: 'acme', name: 'acme', version: '1.2.3', snapshot: false, date: 0 },
    platforms: resolvePlatforms(platforms).platforms,
    packages,
    publish: [],
    filters: { platforms: [], variants: [], formats: [], ...filters },
    selection: parseSelection({ skip, only: [] }, { package: packages.map(({ instance: { id } }) => id) }),
    knownFormats: packages.map(({ instance: { id } }) => id),
  };
}

function namesOf(given: Given): readonly string[] {
  return planRelease(input(given)).artifacts.map(({ name }) => name);
}

describe('the plan', () => {
  it('crosses platforms, variants and formats', () => {
    const packages = [resolved(instance('a'), format({ ext: 'a' })), resolved(instance('b'), format({ ext: 'b' }))];
    assert.equal(namesOf({ packages, variants: ['complete', 'minimal'] }).length, 8);
  });

  it('drops absent name fields with their separator', () => {
    assert.deepEqual(namesOf({ packages: [resolved(instance('a'), format())], platforms: ['linux-amd64'] }), ['acme-1.2.3-linux-amd64.tgz']);
  });

  it('lists artifacts in the order of their names', () => {
    const names = namesOf({ packages: [resolved(instance('a'), format())], platforms: ['windows-amd64', 'linux-amd64', 'macos-arm64'] });
    assert.deepEqual(names, [...names].sort());
  });

  it('takes the group default of each operating system', () => {
    const group = (os: Os | undefined) => format({ ext: os === 'windows' ? 'zip' : 'tar.gz' });
    const names = namesOf({ packages: [resolved(instance('archive'), group)] });
    assert.deepEqual(names, ['acme-1.2.3-linux-amd64.tar.gz', 'acme-1.2.3-windows-amd64.zip']);
  });

  it('leaves out platforms a format is not made for, and says so', () => {
    const plan = planRelease(input({ packages: [resolved(instance('deb'), format({ ext: 'deb', os: ['linux'] }))] }));
    assert.deepEqual(
      plan.artifacts.map(({ name }) => name),
      ['acme-1.2.3-linux-amd64.deb'],
    );
    assert.deepEqual(plan.reasons, [{ subject: 'packages.deb on windows-amd64', reason: 'deb is made for linux' }]);
  });

  it('refuses a plan nothing is left of', () => {
    const packages = [resolved(instance('deb'), format({ ext: 'deb', os: ['linux'] }))];
    assert.throws(() => planRelease(input({ packages, filters: { platforms: ['windows'] } })), { code: 'nothing-to-package', exit: 2 });
  });

  it('refuses a platform without the name a format needs', () => {
    const packages = [resolved(instance('deb'), format({ ext: 'deb', column: 'deb' }))];
    assert.throws(() => planRelease(input({ packages, platforms: ['windows-amd64'] })), { code: 'platform-column-missing' });
  });

  it('makes one artifact of a noarch package per variant', () => {
    const packages = [resolved(instance('scripts', { arch: 'all' }), format())];
    assert.deepEqual(namesOf({ packages, variants: ['complete', 'minimal'] }), ['acme-1.2.3-any-complete.tgz', 'acme-1.2.3-any-minimal.tgz']);
  });

  it('names files after the package', () => {
    const packages = [
      resolved(instance('server', { package: 'acme-server' }), format()),
      resolved(instance('client', { package: 'acme-client' }), format()),
    ];
    const names = namesOf({ packages, platforms: ['linux-amd64'] });
    assert.deepEqual(names, ['acme-client-1.2.3-linux-amd64.tgz', 'acme-server-1.2.3-linux-amd64.tgz']);
  });

  it('makes one artifact of scope release', () => {
    const packages = [resolved(instance('site'), format({ scope: 'release', ext: 'html' }))];
    assert.deepEqual(namesOf({ packages, variants: ['complete', 'minimal'] }), ['acme-1.2.3.html']);
  });

  it('makes one artifact of scope platform per platform', () => {
    const packages = [resolved(instance('p'), format({ scope: 'platform' }))];
    assert.equal(namesOf({ packages, variants: ['complete', 'minimal'] }).length, 2);
  });

  it('refuses two artifacts with one name', () => {
    const packages = [resolved(instance('a'), format()), resolved(instance('b'), format())];
    assert.throws(() => planRelease(input({ packages, platforms: ['linux-amd64'] })), {
      code: 'artifact-name-taken',
      message: /packages\.a makes it as well/,
    });
  });

  it('counts names that differ in case as one', () => {
    const packages = [resolved(instance('a', { name: 'X.tgz' }), format()), resolved(instance('b', { name: 'x.tgz' }), format())];
    assert.throws(() => planRelease(input({ packages, platforms: ['linux-amd64'] })), { code: 'artifact-name-taken' });
  });

  it('refuses the names core writes itself', () => {
    const packages = [resolved(instance('a', { name: 'checksums.sha256' }), format())];
    assert.throws(() => planRelease(input({ packages, platforms: ['linux-amd64'] })), { code: 'artifact-name-taken' });
  });

  it('refuses names that need quoting somewhere', () => {
    const packages = [resolved(instance('a', { name: 'a b.tgz' }), format())];
    assert.throws(() => planRelease(input({ packages, platforms: ['linux-amd64'] })), { code: 'illegal-artifact-name' });
  });

  it('selects by instance, type and group', () => {
    const packages = [resolved(instance('a'), format({ ext: 'a' })), resolved(instance('b', { use: 'bee' }), format({ ext: 'b', group: 'package' }))];
    const select = (name: string) => namesOf({ packages, platforms: ['linux-amd64'], filters: { formats: [name] } });
    assert.deepEqual(
      [select('a'), select('bee'), select('package')],
      [['acme-1.2.3-linux-amd64.a'], ['acme-1.2.3-linux-amd64.b'], ['acme-1.2.3-linux-amd64.b']],
    );
  });

  it('leaves out distributions nobody staged', () => {
    const packages = [resolved(instance('a'), format({ ext: 'a' }))];
    const distributions = new Set(['linux-amd64/minimal', 'windows-amd64/complete']);
    assert.deepEqual(namesOf({ packages, variants: ['complete', 'minimal'], filters: { distributions } }), [
      'acme-1.2.3-linux-amd64-minimal.a',
      'acme-1.2.3-windows-amd64-complete.a',
    ]);
  });

  it('suggests the variant that was meant', () => {
    const packages = [resolved(instance('a'), format())];
    assert.throws(() => planRelease(input({ packages, variants: ['complete'], filters: { variants: ['complet'] } })), {
      code: 'unknown-variant',
      hint: 'did you mean "complete"?',
    });
  });

  it('leaves a skipped instance out', () => {
    const packages = [resolved(instance('a'), format({ ext: 'a' })), resolved(instance('b'), format({ ext: 'b' }))];
    assert.deepEqual(namesOf({ packages, platforms: ['linux-amd64'], skip: ['b'] }), ['acme-1.2.3-linux-amd64.a']);
  });

  it('asks for each distribution once', () => {
    const packages = [resolved(instance('a'), format({ ext: 'a' })), resolved(instance('b'), format({ ext: 'b' }))];
    assert.equal(planRelease(input({ packages, variants: ['complete'] })).distributions.length, 2);
  });

  it('stages what documentation is taken from', () => {
    const packages = [resolved(instance('docs'), format({ scope: 'release', entries: 'docs' }))];
    const { distributions } = planRelease(
      input({ packages, platforms: ['windows-amd64', 'macos-arm64', 'linux-amd64'], variants: ['complete', 'minimal'] }),
    );
    assert.deepEqual(
      distributions.map(({ platform, variant }) => [platform?.name, variant]),
      [['macos-arm64', 'complete']],
    );
  });

  it('takes documentation from the platforms of its instance', () => {
    const packages = [resolved(instance('docs', { platforms: ['windows'], variants: ['minimal'] }), format({ scope: 'release', entries: 'docs' }))];
    const { distributions } = planRelease(input({ packages, variants: ['complete', 'minimal'] }));
    assert.deepEqual(
      distributions.map(({ platform, variant }) => [platform?.name, variant]),
      [['windows-amd64', 'minimal']],
    );
  });

  it('takes documentation from what is staged already', () => {
    const packages = [resolved(instance('docs'), format({ scope: 'release', entries: 'docs' }))];
    const staged = new Set(['windows-amd64/complete', 'linux-amd64/minimal']);
    const { distributions } = planRelease(input({ packages, variants: ['complete', 'minimal'], filters: { distributions: staged } }));
    assert.deepEqual(
      distributions.map(({ platform, variant }) => [platform?.name, variant]),
      [['windows-amd64', 'complete']],
    );
  });

  it('leaves documentation out that nothing staged holds', () => {
    const packages = [resolved(instance('docs', { platforms: ['linux'] }), format({ scope: 'release', entries: 'docs' }))];
    assert.throws(() => planRelease(input({ packages, filters: { distributions: new Set(['windows-amd64/']) } })), {
      code: 'nothing-to-package',
      message: /no --from holds documentation for it/,
    });
  });

  it('refuses a source archive without a commit', () => {
    const packages = [resolved(instance('source'), format({ scope: 'release', entries: 'source' }))];
    assert.throws(() => planRelease(input({ packages })), { code: 'source-outside-git', exit: 2 });
  });

  it('stages and builds nothing for a source archive', () => {
    const packages = [resolved(instance('source'), format({ scope: 'release', entries: 'source' }))];
    const given = input({ packages });
    const build = [{ id: 'app', use: 'prebuilt', options: {}, at: AT }];
    const plan = planRelease({ ...given, product: { ...given.product, build }, release: { ...given.release, commit: 'c'.repeat(40) } });
    assert.deepEqual([plan.artifacts.map(({ name }) => name), plan.distributions, plan.builds], [['acme-1.2.3.tgz'], [], []]);
  });

  it('is the same for the same input', () => {
    const given = { packages: [resolved(instance('a'), format())], variants: ['complete', 'minimal'] };
    assert.deepEqual(planRelease(input(given)), planRelease(input(given)));
  });
});

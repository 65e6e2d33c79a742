import assert from 'node:assert/strict';
import fc from 'fast-check';
import { publishOrder, publishReasons } from '../../src/lifecycle/publish-graph.ts';
import type { PlannedPublish } from '../../src/model/plan.ts';

function instance(id: string, needs: readonly string[] = [], more: Partial<PlannedPublish> = {}): PlannedPublish {
  return {
    id,
    use: id,
    required: true,
    needs: needs.map((need) => ({ id: need.replace('!', ''), for: need.endsWith('!') ? 'hidden' : 'visible' })),
    ...more,
  };
}

function waves(...instances: PlannedPublish[]): readonly (readonly string[])[] {
  return publishOrder(instances).waves;
}

describe('publish order', () => {
  it('is empty for no registry', () => {
    assert.deepEqual(waves(), []);
  });

  it('publishes independent registries in one wave', () => {
    assert.deepEqual(waves(instance('b'), instance('a')), [['b', 'a']]);
  });

  it('keeps a visible need in the wave', () => {
    assert.deepEqual(waves(instance('brew', ['github']), instance('github')), [['github', 'brew']]);
  });

  it('puts a hidden need into a later wave', () => {
    assert.deepEqual(waves(instance('site', ['github!']), instance('github')), [['github'], ['site']]);
  });

  it('carries dependants along', () => {
    assert.deepEqual(waves(instance('c', ['b']), instance('b', ['a!']), instance('a'), instance('d')), [
      ['a', 'd'],
      ['b', 'c'],
    ]);
  });

  it('ignores needs of what is left out', () => {
    const github = instance('github', [], { skipped: '--skip' });
    const order = publishOrder([github, instance('site', ['github!'])]);
    assert.deepEqual(order.waves, [['site']]);
    assert.deepEqual(
      order.reasons.map(({ reason }) => reason),
      ['left out: --skip', 'does not wait for github, which is left out'],
    );
  });

  it('prints a circle of visible needs', () => {
    assert.throws(() => waves(instance('a', ['b']), instance('b', ['c']), instance('c', ['a'])), {
      code: 'publish-circle',
      exit: 2,
      message: 'Cannot order publishing: c.visible -> b.visible -> a.visible -> c.visible',
    });
  });

  it('prints a circle through hidden needs', () => {
    assert.throws(() => waves(instance('a', ['b!']), instance('b', ['a'])), {
      message: 'Cannot order publishing: b.visible -> a.hidden -> a.visible -> b.visible',
    });
  });

  it('refuses a registry that needs itself', () => {
    assert.throws(() => waves(instance('a', ['a'])), { code: 'publish-circle' });
  });

  it('suggests a name for an unknown need', () => {
    assert.throws(() => waves(instance('brew', ['githb']), instance('github')), { code: 'publish-needs-unknown', hint: 'did you mean "github"?' });
  });

  it('refuses required needing optional', () => {
    assert.throws(() => waves(instance('brew', ['github']), instance('github', [], { required: false })), {
      code: 'publish-needs-optional',
      message: 'Cannot order publishing: required "brew" needs optional "github" (github.visible -> brew.visible)',
    });
  });

  it('places every registry after its needs', () => {
    const graph = fc.array(fc.array(fc.tuple(fc.nat(9), fc.boolean()), { maxLength: 3 }), { maxLength: 10 });
    fc.assert(
      fc.property(graph, (rows) => {
        const instances = rows.map((row, index) =>
          instance(
            `r${index}`,
            row.flatMap(([to, hidden]) => (to < index ? [`r${to}${hidden ? '!' : ''}`] : [])),
          ),
        );
        const order = waves(...instances.toReversed());
        const flat = order.flat();
        const wave = new Map(order.flatMap((ids, at) => ids.map((id) => [id, at])));
        assert.deepEqual(flat.toSorted(), instances.map(({ id }) => id).toSorted());
        for (const { id, needs } of instances)
          for (const need of needs) {
            assert.ok(flat.indexOf(need.id) < flat.indexOf(id));
            assert.ok((wave.get(need.id) ?? 0) + (need.for === 'hidden' ? 1 : 0) <= (wave.get(id) ?? 0));
          }
      }),
    );
  });
});

describe('reasons of publishing', () => {
  const texts = (...instances: PlannedPublish[]) => publishReasons(instances).map(({ subject, reason }) => `${subject}: ${reason}`);

  it('tell the order of every wave', () => {
    assert.deepEqual(texts(instance('site', ['github!']), instance('github')), [
      'publish, wave 1: everything unseen of github; when every required one is that far, public in this order: github',
      'publish, wave 2: everything unseen of site; when every required one is that far, public in this order: site',
      'publish.site: a later wave: it starts when github is public',
    ]);
  });

  it('name what a mirror follows', () => {
    assert.ok(texts(instance('eu', ['us'], { mirrors: 'us' }), instance('us')).includes('publish.eu: kept in step with us'));
  });

  it('are none without registries', () => {
    assert.deepEqual(texts(), []);
  });
});

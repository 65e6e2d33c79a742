import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { DistError } from '../../src/errors.ts';
import type { EffectState } from '../../src/lifecycle/journal-state.ts';
import type { PublishTarget } from '../../src/lifecycle/publish.ts';
import { checkOptions } from '../../src/lifecycle/rollback-options.ts';

const ROOT = resolve('/home/somebody/acme');

/** The keys that are refused. */
function refused(then: unknown, now: unknown, more: Partial<EffectState> = {}): readonly string[] {
  const state = { instance: 'a', plugin: 'acme@1.0.0', options: then, state: 'done', ...more } as EffectState;
  const target = { id: 'a', plugin: 'acme@1.0.0', options: now } as PublishTarget;
  try {
    checkOptions([target], [state], ROOT);
    return [];
  } catch (error) {
    assert.ok(error instanceof DistError && error.code === 'options-changed');
    return error.data?.keys as readonly string[];
  }
}

describe('options at a rollback', () => {
  it('may be what they were', () => {
    assert.deepEqual(refused({ b: [1], a: 'x' }, { a: 'x', b: [1], c: undefined }), []);
  });

  it('are named where they differ', () => {
    assert.deepEqual(refused({ url: 'x', pointer: { url: 'y', body: 'z' }, list: [1] }, { url: 'X', pointer: { url: 'Y', body: 'z' }, list: [2] }), [
      'list',
      'pointer.url',
      'url',
    ]);
  });

  it('are named when they came or went', () => {
    assert.deepEqual(refused({ url: 'x', old: true }, { url: 'x', prefix: 'new' }), ['old', 'prefix']);
  });

  it('may have come with another plugin', () => {
    assert.deepEqual(refused({ url: 'x' }, { url: 'x', added: 1 }, { plugin: 'acme@0.9.0' }), []);
    assert.deepEqual(refused({ url: 'x' }, { url: 'y', added: 1 }, { plugin: 'acme@0.9.0' }), ['url']);
  });

  it('are not compared where they are hidden', () => {
    assert.deepEqual(refused({ token: '***', url: 'https://***.example/' }, { token: { toJSON: () => '***' }, url: 'https://acme.example/' }), []);
  });

  it('are not compared with a record kept elsewhere', () => {
    assert.deepEqual(refused({}, { url: 'x' }), []);
  });

  it('are of no matter to what is not ours', () => {
    for (const more of [{ state: 'reverted' }, { found: true }, { phase: 'rollback' }, { instance: 'b' }] as const)
      assert.deepEqual(refused({ url: 'x' }, { url: 'y' }, more), [], JSON.stringify(more));
  });

  it('are the same in a project that was moved', () => {
    const now = { path: join(ROOT, 'dist', 'published') };
    assert.deepEqual(refused({ path: resolve('/elsewhere/dist/published') }, now), []);
    assert.deepEqual(refused({ path: resolve('/elsewhere/dist/other') }, now), ['path']);
    assert.deepEqual(refused({ path: resolve('/elsewhere/published') }, { path: resolve('/mnt/published') }), ['path']);
  });
});

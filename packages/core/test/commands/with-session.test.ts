import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { eachRun } from '../../src/commands/with-session.ts';
import { DistError, type DistErrors, EXIT, type ExitCode } from '../../src/errors.ts';
import type { RunContext } from '../../src/lifecycle/run-context.ts';
import { SessionProject } from '../lifecycle/session-project.ts';

const RUNS = ['a', 'b', 'c'] as unknown as readonly RunContext[];

function failure(run: unknown, exit: ExitCode = EXIT.failed): DistError {
  return new DistError('x', `Cannot release "${run}"`, { exit });
}

describe('eachRun', () => {
  const signal = new AbortController().signal;

  it('goes on after a product that fails', async () => {
    const done: unknown[] = [];
    const each = eachRun({ runs: RUNS }, { signal }, async (run) => {
      if (String(run) === 'a') throw failure(run);
      done.push(run);
    });
    await assert.rejects(each, { message: 'Cannot release "a"' });
    assert.deepEqual(done, ['b', 'c']);
  });

  it('throws all failures, and ends as the most public one', async () => {
    const each = eachRun({ runs: RUNS }, { signal }, (run) => {
      throw failure(run, String(run) === 'b' ? EXIT.partlyPublic : EXIT.preflight);
    });
    await assert.rejects(each, (error: DistErrors) => {
      assert.equal(error.exit, 5);
      assert.deepEqual(
        error.errors.map(({ message }) => message),
        ['b', 'a', 'c'].map((run) => `Cannot release "${run}"`),
      );
      return true;
    });
  });

  it('starts no other product once interrupted', async () => {
    const stop = new AbortController();
    const done: unknown[] = [];
    const each = eachRun({ runs: RUNS }, { signal: stop.signal }, (run) => {
      done.push(run);
      stop.abort(new Error('stopped'));
    });
    await assert.rejects(each, { message: 'stopped' });
    assert.deepEqual(done, ['a']);
  });
});

describe('a session of several products', () => {
  const PRODUCTS = 'contents: [{ from: plugin.mjs, to: share/ }]\npackages: { txt: {} }\nproducts: { one: { name: one }, two: { name: two } }\n';
  let project: SessionProject;

  afterEach(() => project.remove());

  it('opens a run for each', async () => {
    project = new SessionProject(PRODUCTS);
    const { runs } = await project.session();
    assert.deepEqual(
      runs.map(({ plan }) => plan.release.product),
      ['one', 'two'],
    );
  });

  it('refuses one folder for all of them', async () => {
    project = new SessionProject(PRODUCTS);
    await assert.rejects(project.session({ outputDir: 'out' }), { code: 'one-folder', exit: 2, hint: /--product/ });
  });

  it('suggests the product that was meant', async () => {
    project = new SessionProject(PRODUCTS);
    await assert.rejects(project.session({ product: 'tow' }), { code: 'unknown-product', hint: 'did you mean "two"?' });
  });

  it('shows what is wrong with every one', async () => {
    project = new SessionProject(
      PRODUCTS.replace('{ name: one }, two: { name: two }', '{ name: one, platforms: [linux-amd65] }, two: { name: two, platforms: [macos-arm65] }'),
    );
    await assert.rejects(project.session(), (error: DistErrors) => {
      assert.equal(error.errors.length, 2);
      return true;
    });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseSelection, STEPS } from '../../src/lifecycle/selection.ts';

const ids = { build: ['cargo'], package: ['deb', 'zip'], publish: ['github', 'apt'] };

describe('--skip and --only', () => {
  it('runs everything without them', () => {
    const selection = parseSelection({ skip: [], only: [] }, ids);
    assert.equal(selection.runs('publish'), true);
    assert.equal(selection.leftOut('package', 'deb'), undefined);
  });

  it('leaves a step out by name', () => {
    const selection = parseSelection({ skip: ['publish'], only: [] }, ids);
    assert.equal(selection.runs('publish'), false);
    assert.equal(selection.stepLeftOut('publish'), '--skip publish');
    assert.equal(selection.leftOut('publish', 'apt'), undefined);
    assert.equal(selection.runs('package'), true);
  });

  it('leaves an instance out by id', () => {
    const selection = parseSelection({ skip: ['zip'], only: [] }, ids);
    assert.equal(selection.leftOut('package', 'zip'), '--skip zip');
    assert.equal(selection.leftOut('package', 'deb'), undefined);
  });

  it('keeps only a named instance of a step', () => {
    const selection = parseSelection({ skip: [], only: ['apt'] }, ids);
    assert.equal(selection.runs('publish'), true);
    assert.equal(selection.runs('build'), false);
    assert.equal(selection.leftOut('publish', 'github'), '--only apt');
    assert.equal(selection.leftOut('publish', 'apt'), undefined);
  });

  it('runs only the steps that are named', () => {
    const selection = parseSelection({ skip: [], only: ['publish'] }, ids);
    assert.deepEqual(STEPS.filter(selection.runs), ['publish']);
    assert.equal(selection.stepLeftOut('package'), '--only publish');
  });

  it('builds for a package that is named', () => {
    const selection = parseSelection({ skip: [], only: ['deb'] }, ids);
    assert.deepEqual(STEPS.filter(selection.runs), ['beforeBuild', 'build', 'package']);
  });

  it('takes a step that is named as enough', () => {
    const selection = parseSelection({ skip: [], only: ['package'] }, ids);
    assert.deepEqual(STEPS.filter(selection.runs), ['package']);
  });

  it('refuses a name that is neither step nor id', () => {
    assert.throws(() => parseSelection({ skip: ['publsh'], only: [] }, ids), { code: 'unknown-selection', hint: 'did you mean "publish"?' });
  });
});

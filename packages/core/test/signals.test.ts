import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { DistError } from '../src/errors.ts';
import { exitCodeOf } from '../src/report/problem.ts';
import { type Interruption, onInterrupt, timeLimit } from '../src/signals.ts';

describe('onInterrupt', () => {
  let exits: number[];
  let interruption: Interruption;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    exits = [];
    interruption = onInterrupt((code) => exits.push(code));
  });
  afterEach(() => {
    interruption.dispose();
    mock.timers.reset();
  });

  it('aborts at the first SIGINT', () => {
    process.emit('SIGINT');
    assert.deepEqual([exitCodeOf(interruption.signal.reason), exits], [130, []]);
  });

  it('aborts at the first SIGTERM', () => {
    process.emit('SIGTERM');
    assert.deepEqual([exitCodeOf(interruption.signal.reason), exits], [143, []]);
  });

  it('exits at the second signal', () => {
    process.emit('SIGINT');
    process.emit('SIGINT');
    assert.deepEqual(exits, [130]);
  });

  it('exits after five seconds', () => {
    process.emit('SIGTERM');
    mock.timers.tick(4999);
    assert.deepEqual(exits, []);
    mock.timers.tick(1);
    assert.deepEqual(exits, [143]);
  });

  it('forgets the deadline once disposed', () => {
    process.emit('SIGINT');
    interruption.dispose();
    mock.timers.tick(10_000);
    assert.deepEqual(exits, []);
  });

  it('leaves no listeners', () => {
    const before = process.listenerCount('SIGINT');
    onInterrupt(() => {}).dispose();
    assert.equal(process.listenerCount('SIGINT'), before);
  });
});

describe('timeLimit', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  it('aborts with the limit in the message', () => {
    const signal = timeLimit(90_000);
    mock.timers.tick(90_000);
    assert.ok(signal.reason instanceof DistError);
    assert.equal(signal.reason.message, 'Cannot finish within "90 s": the time limit has passed');
  });
});

import assert from 'node:assert/strict';
import { DistError, DistErrors, EXIT } from '../../src/errors.ts';
import { exitCodeOf, problemsOf, renderError } from '../../src/report/problem.ts';

/** As oclif's own errors look. */
function usageError(message: string, fields: object = {}): Error {
  return Object.assign(new Error(message), { oclif: { exit: 2 }, ...fields });
}

describe('renderError', () => {
  it('shows code, place, cause and hint', () => {
    const error = new DistError('unknown-key', 'Cannot read "dist.yaml": unknown key "pakages"', {
      where: { file: 'dist.yaml', line: 12, column: 3, subject: 'pakages' },
      cause: new Error('outer', { cause: new Error('inner') }),
      hint: 'did you mean "packages"?',
    });
    assert.equal(
      renderError(error),
      [
        'error[unknown-key]: Cannot read "dist.yaml": unknown key "pakages"',
        '  at dist.yaml:12:3 (pakages)',
        '  caused by: outer',
        '  caused by: inner',
        '  hint: did you mean "packages"?',
      ].join('\n'),
    );
  });

  it('shows a place without a file', () => {
    assert.match(renderError(new DistError('a', 'b', { where: { subject: 'packages.deb' } })), /\n {2}at packages\.deb$/);
  });

  it('shows every collected error', () => {
    const errors = new DistErrors([new DistError('one', 'first'), new DistError('two', 'second')]);
    assert.equal(renderError(errors), 'error[one]: first\nerror[two]: second');
  });

  it('keeps the stack for debugging', () => {
    const error = new DistError('a', 'b');
    assert.doesNotMatch(renderError(error), /problem\.test\.ts/);
    assert.match(renderError(error, { debug: true }), /\n {2}\| .*problem\.test\.ts/);
  });

  it('strips escapes from messages', () => {
    const error = new DistError('a', 'Cannot open "\u001b[2J\u001b]0;x\u0007evil"', { where: { file: 'a\nb' } });
    assert.equal(renderError(error), 'error[a]: Cannot open "evil"\n  at a b');
  });

  it('survives an error that causes itself', () => {
    const error = new Error('round');
    error.cause = error;
    assert.equal(problemsOf(error)[0]?.causes.length, 8);
  });

  it('renders what is no error', () => {
    assert.equal(renderError('just text'), 'error[internal]: just text');
  });

  it('explains a full disk', () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
    assert.match(renderError(error), /^error\[ENOSPC\]: ENOSPC: no space left on device, write\n {2}hint: free space/);
  });

  it('suggests a flag', () => {
    const error = usageError('Nonexistent flag: --platfrom\nSee more help with --help', {
      flags: ['--platfrom'],
      parse: { input: { flags: { platform: {}, variant: {} } } },
    });
    assert.equal(renderError(error), 'error[usage]: Nonexistent flag: --platfrom\n  hint: did you mean --platform?');
  });

  it('takes off the frame of the flag parser', () => {
    const error = new DistError('bad-quantity', 'Parsing --memory \n\tCannot read it\nSee more help with --help');
    assert.equal(renderError(error), 'error[bad-quantity]: Cannot read it');
  });
});

describe('exitCodeOf', () => {
  it('takes a DistError by its word', () => {
    assert.equal(exitCodeOf(new DistError('a', 'b', { exit: EXIT.locked })), 7);
  });

  it('takes the first of several', () => {
    assert.equal(exitCodeOf(new DistErrors([new DistError('a', 'b', { exit: EXIT.usage }), new DistError('c', 'd')])), 2);
    assert.equal(exitCodeOf(new AggregateError([new DistError('a', 'b', { exit: EXIT.preflight })])), 3);
  });

  it('is 2 for a bad command line', () => {
    assert.equal(exitCodeOf(usageError('x')), 2);
  });

  it('is 1 for anything else', () => {
    assert.deepEqual([exitCodeOf(new TypeError('x')), exitCodeOf('x'), exitCodeOf(undefined)], [1, 1, 1]);
  });
});

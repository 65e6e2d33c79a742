import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cargo } from '../../src/cargo/builder.ts';
import { command } from '../../src/command/builder.ts';
import { go } from '../../src/go/builder.ts';
import { commandLine } from '../../src/made/command-line.ts';
import { optionsOf } from '../job.ts';

describe('commandLine', () => {
  it('is what a shell reads back', () => {
    const words = ['printf', '%s|', "it's", '$(touch x)', '', 'a b', 'A=$HOME', '*', '"'];
    assert.equal(execFileSync('/bin/sh', ['-c', commandLine(words) ?? ''], { encoding: 'utf8' }), 'it\'s|$(touch x)||a b|A=$HOME|*|"|');
  });

  it('is none with a template in it', () => assert.equal(commandLine(['make', 'V={version}']), undefined));
  it('goes to its folder', () => assert.equal(commandLine(['make'], 'a b'), "cd 'a b' && make"));

  it('tells how to build with cargo', () => {
    const options = optionsOf(cargo, { bins: ['one'], dir: 'rust' });
    assert.deepEqual(cargo.instructions?.(options), ['cd rust && cargo build --profile=release --locked --bin=one']);
  });

  it('tells how to build with go', () => {
    const options = optionsOf(go, { main: ['./a', './b'], ldflags: '-X main.v={version}' });
    assert.deepEqual(go.instructions?.(options), ['CGO_ENABLED=0 go build -trimpath ./a', 'CGO_ENABLED=0 go build -trimpath ./b']);
  });

  it('tells how to run a command, unless it is for a release', () => {
    assert.deepEqual(command.instructions?.(optionsOf(command, { run: ['make', 'all'], outputs: ['a'] })), ['make all']);
    assert.deepEqual(command.instructions?.(optionsOf(command, { run: ['make', '{target}'], outputs: ['a'] })), []);
  });
});

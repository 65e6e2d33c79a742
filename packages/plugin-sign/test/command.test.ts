import assert from 'node:assert/strict';
import { basename, dirname, join } from 'node:path';
import { DistError, type KeyJob } from '@provisioning-dist/core';
import { command } from '../src/command/key.ts';
import type { CommandOptions } from '../src/command/options.ts';
import { HELLO } from './fixtures.ts';
import { bench, parse, refusal, secret } from './key-job.ts';

const NODE = process.execPath;
/** Signs with a digest of key and file; the key comes by environment, a word by standard input. */
const SIGN = `const fs = require('node:fs');
const [file, signature, name] = process.argv.slice(1);
fs.writeFileSync(signature, [process.env.SIGN_KEY, fs.readFileSync(0, 'utf8'), name, fs.readFileSync(file, 'utf8')].join('|'));`;
const VERIFY = `const fs = require('node:fs');
const [file, signature] = process.argv.slice(1);
process.exit(fs.readFileSync(signature, 'utf8').endsWith('|' + fs.readFileSync(file, 'utf8')) ? 0 : 1);`;

const OPTIONS = {
  sign: [NODE, '-e', SIGN, '{file}', '{signature}', '{name}'],
  verify: [NODE, '-e', VERIFY, '{file}', '{signature}'],
  suffix: '.mine',
  env: { SIGN_KEY: secret('key') },
  stdin: secret('word'),
};

describe('command', () => {
  const { job, file, folder } = bench();
  const detached = command.detached;
  assert.ok(detached);
  const open = (more: object = {}, jobMore: Partial<KeyJob<CommandOptions>> = {}) => job(command, { ...OPTIONS, ...more }, jobMore);
  const hello = () => file('hello.txt', HELLO);

  it('gives the program file, name and secrets', async () => {
    assert.equal(Buffer.from(await detached.sign(open(), hello())).toString(), `key|word|hello.txt|${HELLO}`);
    assert.equal(detached.suffix(open().options), '.mine');
  });

  it('finds both programs before anything is signed', async () => {
    assert.deepEqual(await command.preflight?.(open()), []);
  });

  it('misses a program on PATH, and by its path', async () => {
    const gone = join(folder(), 'gone');
    const findings = await command.preflight?.(open({ sign: ['no-such-signer', '{file}', '{signature}'], verify: [gone, '{file}', '{signature}'] }));
    assert.deepEqual(
      findings?.map(({ level, code, subject, message }) => [level, code, subject, message]),
      ['no-such-signer', gone].map((program) => ['error', 'program-missing', 'sign.release', `Cannot run "${program}": there is no such program`]),
    );
  });

  it('misses a file that is no program', async () => {
    const { path } = file('plain.txt', '');
    const findings = await command.preflight?.(open({ sign: [path, '{file}', '{signature}'] }));
    assert.deepEqual(
      findings?.map(({ code }) => code),
      ['program-missing'],
    );
  });

  it('looks on the PATH the program is given', async () => {
    const env = { ...OPTIONS.env, PATH: secret(dirname(NODE)) };
    const argv = [basename(NODE), '{file}', '{signature}'];
    assert.deepEqual(await command.preflight?.(open({ env, sign: argv, verify: argv })), []);
  });

  it('lets the program verify', async () => {
    await detached.verify(open(), hello(), Buffer.from(`key|word|hello.txt|${HELLO}`));
  });

  it('refuses what the program refuses', async () => {
    const failing = open({}, { exec: () => Promise.reject(new DistError('program-failed', 'Cannot run "verify": it exited with 1')) });
    assert.match(await refusal(detached.verify(failing, hello(), Buffer.from('wrong'))), /^signature-wrong: .*exited with 1/);
  });

  it('refuses a program that writes nothing', async () => {
    const idle = open({ sign: [NODE, '-e', '0', '{file}', '{signature}'] });
    assert.match(await refusal(detached.sign(idle, hello())), /^program-unsigned: .*it wrote nothing/);
  });

  it('refuses an empty signature', async () => {
    const empty = open({ sign: [NODE, '-e', 'require("node:fs").writeFileSync(process.argv[2], "")', '{file}', '{signature}'] });
    assert.match(await refusal(detached.sign(empty, hello())), /^program-unsigned: .*0 bytes/);
  });

  it('keeps secrets out of arguments', async () => {
    const seen: string[] = [];
    const spying = open({}, { exec: (argv) => Promise.reject(new Error(seen.push(...argv).toString())) });
    await assert.rejects(detached.sign(spying, hello()));
    assert.doesNotMatch(seen.join(' '), /key\b.*word/);
    assert.equal(seen.includes('word'), false);
  });

  it('fills values in once', async () => {
    const echo = open({
      sign: [NODE, '-e', 'require("node:fs").writeFileSync(process.argv[2], process.argv[3])', '{file}', '{signature}', '{name}'],
    });
    assert.equal(Buffer.from(await detached.sign(echo, file('{signature}', ''))).toString(), '{signature}');
  });

  for (const [what, options] of Object.entries({
    'no verify': { verify: undefined },
    'a template without {signature}': { sign: ['gpg', '{file}'] },
    'an unknown field': { sign: ['gpg', '{file}', '{signature}', '{key}'] },
    'a program from a template': { sign: ['{file}', '{file}', '{signature}'] },
    'an empty argv': { sign: [] },
    'a suffix with a path': { suffix: '/../x' },
    'a variable that is no name': { env: { 'A=B': secret('x') } },
  })) {
    it(`refuses ${what}`, () => assert.throws(() => parse(command, { ...OPTIONS, ...options })));
  }
});

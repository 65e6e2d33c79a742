import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Service, systemdUnit } from '../../src/model/service.ts';

const ACME: Service = {
  name: 'acme',
  description: 'Acme 100%',
  exec: ['/usr/bin/acme', '--at', '$5 ;'],
  env: { B: 'x"y', A: '$1' },
  restart: 'on-failure',
  hardening: 'basic',
};

/** Words as systemd.syntax(7) reads them, specifiers resolved; `$$` where variables are read. */
function wordsOf(text: string, variables: boolean): string[] {
  const words = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, body = '']) => {
    const plain = body.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char === 't' ? '\t' : char)).replaceAll('%%', '%');
    return variables ? plain.split('$$').join('$') : plain;
  });
  assert.equal(text.replace(/"(?:[^"\\]|\\.)*"/g, '').trim(), '');
  return words;
}

function lineOf(unit: string, key: string): string {
  const lines = unit.split('\n').filter((line) => line.startsWith(`${key}=`));
  assert.equal(lines.length, 1);
  return (lines[0] as string).slice(key.length + 1);
}

const value = fc.string({ unit: fc.constantFrom('a', ' ', '"', "'", '\\', '%', '$', ';', '\n', '\t', 'é', '#', '{') });

describe('systemdUnit', () => {
  it('writes the whole unit', () => {
    assert.equal(
      systemdUnit(ACME),
      '[Unit]\nDescription=Acme 100%%\n\n[Service]\nType=exec\nExecStart="/usr/bin/acme" "--at" "$$5 ;"\nEnvironment="A=$1"\nEnvironment="B=x\\"y"\nRestart=on-failure\nNoNewPrivileges=yes\nProtectSystem=strict\nProtectHome=yes\nPrivateTmp=yes\nPrivateDevices=yes\n\n[Install]\nWantedBy=multi-user.target\n',
    );
  });

  it('keeps every argument as it is', () => {
    fc.assert(
      fc.property(fc.array(value), (args) => {
        assert.deepEqual(wordsOf(lineOf(systemdUnit({ ...ACME, exec: ['/usr/bin/acme', ...args] }), 'ExecStart'), true), ['/usr/bin/acme', ...args]);
      }),
    );
  });

  it('keeps every variable as it is', () => {
    fc.assert(
      fc.property(value, (text) => {
        assert.deepEqual(wordsOf(lineOf(systemdUnit({ ...ACME, env: { A: text } }), 'Environment'), false), [`A=${text}`]);
      }),
    );
  });

  for (const [fact, change] of [
    ['a name with a slash', { name: '../x' }],
    ['a description of two lines', { description: 'a\n[Service]' }],
    ['a description that joins lines', { description: 'a\\' }],
    ['a relative program', { exec: ['bin/acme'] }],
    ['a NUL in an argument', { exec: ['/usr/bin/acme', '\0'] }],
    ['a user with a line break', { user: 'a\nExecStartPre=/bin/sh' }],
    ['a variable with a blank', { env: { 'A B': '' } }],
  ] as const satisfies readonly (readonly [string, Partial<Service>])[])
    it(`refuses ${fact}`, () => {
      assert.throws(() => systemdUnit({ ...ACME, ...change } as Service), { code: 'service-invalid' });
    });
});

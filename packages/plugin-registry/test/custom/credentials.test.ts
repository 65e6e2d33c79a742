import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tlsOf } from '../../src/custom/credentials.ts';
import type { CustomOptions } from '../../src/custom/options.ts';

describe('certificates of the custom registry', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  after(() => rmSync(folder, { recursive: true }));

  function written(name: string, mode: number): string {
    const file = join(folder, name);
    writeFileSync(file, `${name} in PEM`, { mode });
    return file;
  }

  function read(tls: CustomOptions['tls']) {
    return tlsOf({ tls } as CustomOptions);
  }

  it('are read from their files', () => {
    const tls = { ca: written('ca', 0o644), cert: written('cert', 0o644), key: written('key', 0o600) };
    assert.deepEqual(read(tls), { ca: 'ca in PEM', cert: 'cert in PEM', key: 'key in PEM' });
    assert.equal(read(undefined), undefined);
  });

  it('must be there', () => {
    assert.throws(() => read({ ca: join(folder, 'none') }), { code: 'credentials-unreadable' });
    assert.throws(() => read({ ca: folder }), { code: 'credentials-unreadable' });
  });
});

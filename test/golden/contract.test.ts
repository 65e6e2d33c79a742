import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contractText, lostLines } from '../contract.ts';

const FILE = join(import.meta.dirname, 'contract.d.ts.txt');

/** UPDATE_CONTRACT=true accepts additions; what plugins rely on goes away with API_VERSION only, by deleting the file. */
describe('contract with plugins', function () {
  this.timeout(120_000);

  it('is the one that was frozen', () => {
    const now = contractText();
    if (process.env.UPDATE_CONTRACT === 'true') accept(now);
    assert.equal(now, readFileSync(FILE, 'utf8'));
  });

  it('calls a changed or removed line lost', () => {
    assert.deepEqual(lostLines('interface A {\n  a: string;\n}\n', 'interface A {\n  a: number;\n  b: string;\n}\n'), ['a: string;']);
  });

  it('calls an added line no loss', () => {
    assert.deepEqual(lostLines('interface A {\n  a: string;\n}\n', 'interface A {\n  a: string;\n  b?: string;\n}\n'), []);
  });

  it('counts lines that stand there twice', () => {
    assert.deepEqual(lostLines('}\n}\n', '}\n'), ['}']);
  });
});

function accept(now: string): void {
  if (existsSync(FILE)) assert.deepEqual(lostLines(readFileSync(FILE, 'utf8'), now), [], 'the contract only grows');
  writeFileSync(FILE, now);
}

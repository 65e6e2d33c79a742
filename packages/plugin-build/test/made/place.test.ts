import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { inProject } from '../../src/made/place.ts';
import { project } from '../prebuilt/job.ts';

describe('inProject', () => {
  const { root, dispose } = project({ 'sub/file': '' });
  before(() => {
    mkdirSync(join(root, 'work/inner'), { recursive: true });
    symlinkSync('/', join(root, 'out'));
    symlinkSync('inner', join(root, 'work/link'));
  });
  after(dispose);

  for (const path of ['.', 'sub', 'sub/file', 'not/yet', 'work/link/new', '..dots'])
    it(`takes ${path}`, () => assert.equal(inProject(root, path), join(root, path)));

  for (const path of ['..', '../x', 'sub/../../x', '/etc', 'out', 'out/etc/passwd', 'out/not-there'])
    it(`refuses ${path}`, () => assert.throws(() => inProject(root, path), { code: 'build-output-path', exit: 2 }));
});

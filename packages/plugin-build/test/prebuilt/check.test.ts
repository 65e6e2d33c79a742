import assert from 'node:assert/strict';
import { prebuilt } from '../../src/prebuilt/builder.ts';
import { ELF_AMD64, ELF_ARM64, peBytes } from '../object/heads.ts';
import { jobOf, LINUX, project, WINDOWS } from './job.ts';
import { tgzBytes } from './tar-bytes.ts';

describe('prebuilt programs', () => {
  const archive = tgzBytes([{ path: 'app', content: ELF_ARM64.toString('latin1') }]);
  const { root, dispose } = project({ 'linux/app': ELF_AMD64, 'linux/readme': 'text', 'windows/app.exe': peBytes(0xaa64), 'app.tgz': archive });
  after(dispose);

  it('are taken for their platform', async () => {
    assert.equal((await prebuilt.build(jobOf(root, { from: 'linux' }))).length, 2);
  });

  for (const [what, options, platform] of [
    ['CPU', { from: '{os}' }, WINDOWS],
    ['system', { from: 'linux' }, WINDOWS],
    ['CPU in an archive', { archive: 'app.tgz', files: { app: 'app' } }, LINUX],
  ] as const) {
    it(`are refused for another ${what}`, async () => {
      await assert.rejects(prebuilt.build(jobOf(root, options, { platform })), { code: 'build-wrong-platform' });
    });
    it(`are taken for another ${what} when told so`, async () => {
      assert.ok((await prebuilt.build(jobOf(root, { ...options, check: false }, { platform }))).length > 0);
    });
  }
});

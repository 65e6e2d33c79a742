import assert from 'node:assert/strict';
import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { checkMemberPath } from '../../src/prebuilt/names.ts';
import { request } from '../../src/prebuilt/request.ts';
import { jobOf, LINUX, project, WINDOWS } from './job.ts';

function accepted(path: string): string | undefined {
  try {
    return checkMemberPath(path);
  } catch {
    return undefined;
  }
}

describe('prebuilt request', () => {
  const { root, dispose } = project();
  after(dispose);

  it('fills the templates of the platform', () => {
    const job = jobOf(root, { npm: '@acme/{npm.os}-{npm.cpu}@{version}', files: { 'tool{exe}': 'bin/tool{exe}' } }, { platform: WINDOWS });
    assert.deepEqual(request(job), {
      kind: 'npm',
      name: '@acme/win32-x64',
      version: '1.2.3',
      picks: [{ name: 'tool.exe', path: 'bin/tool.exe' }],
    });
  });

  it('prefers the platform to its system and default', () => {
    const from = { 'linux-amd64': 'exact', linux: 'system', default: 'rest' };
    assert.deepEqual(request(jobOf(root, { from })), { kind: 'from', from: 'exact' });
    assert.deepEqual(request(jobOf(root, { from }, { platform: { ...LINUX, name: 'linux-arm64' } })), { kind: 'from', from: 'system' });
    assert.deepEqual(request(jobOf(root, { from }, { platform: WINDOWS })), { kind: 'from', from: 'rest' });
  });

  it('names the platforms a map has', () => {
    const job = jobOf(root, { from: { linux: 'a', macos: 'b' } }, { platform: WINDOWS });
    assert.throws(() => request(job), {
      code: 'prebuilt-platform-missing',
      exit: 2,
      message: 'Cannot choose "from" for windows-amd64: the map has only linux, macos',
    });
  });

  it('takes inherited object keys for none', () => {
    assert.throws(() => request(jobOf(root, { from: { linux: 'a' } }, { platform: { ...LINUX, name: 'toString', os: 'windows' } })), {
      code: 'prebuilt-platform-missing',
    });
  });

  for (const spec of [
    'acme',
    'acme@^1.0.0',
    'acme@latest',
    'acme@1.2',
    'acme@file:../x',
    '-rf@1.0.0',
    '--registry=x@1.0.0',
    '../acme@1.0.0',
    'a b@1.0.0',
    '@1.0.0',
  ]) {
    it(`refuses npm package ${spec}`, () => {
      assert.throws(() => request(jobOf(root, { npm: spec, files: { a: 'a' } })), { code: 'prebuilt-npm-spec', exit: 2 });
    });
  }

  for (const name of ['../tool', 'bin/tool', '..', 'a\\b', 'c:tool', 'a\nb']) {
    it(`refuses output name ${JSON.stringify(name)}`, () => {
      assert.throws(() => request(jobOf(root, { archive: 'a.zip', files: { [name]: 'tool' } })), { code: 'prebuilt-output-name', exit: 2 });
    });
  }

  for (const path of ['/etc/passwd', '../tool', 'a/../../tool', 'a\\..\\b', 'C:/tool', 'a//b', 'bin/', 'a\u001b[2J']) {
    it(`refuses member path ${JSON.stringify(path)}`, () => {
      assert.throws(() => request(jobOf(root, { archive: 'a.zip', files: { tool: path } })), { code: 'prebuilt-member-path', exit: 2 });
    });
  }

  it('lets no path lead out', () => {
    const segment = fc.constantFrom('..', '.', '', 'a', 'b.c', '\\', 'C:', '..\\', '...');
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
        const path = accepted(segments.join('/'));
        fc.pre(path !== undefined);
        assert.ok(posix.resolve('/home', path).startsWith('/home/'));
        assert.ok(win32.resolve('D:\\home', path).startsWith('D:\\home\\'));
      }),
    );
  });

  it('refuses two outputs with one name', () => {
    assert.throws(() => request(jobOf(root, { archive: 'a.zip', files: { Tool: 'a/tool', tool: 'b/tool' } })), {
      code: 'prebuilt-duplicate',
      message: 'Cannot collect "tool": both "a/tool" and "b/tool" would have this name',
    });
  });

  it('refuses digests of another form', () => {
    assert.throws(() => request(jobOf(root, { archive: 'a.zip', files: { a: 'a' }, sha256: 'abc' })), { code: 'prebuilt-digest-form' });
    assert.throws(() => request(jobOf(root, { npm: 'a@1.0.0', files: { a: 'a' }, integrity: 'md5-abc=' })), { code: 'prebuilt-digest-form' });
  });
});

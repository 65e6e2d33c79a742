import assert from 'node:assert/strict';
import type { Distribution, Entry, ReadView } from '@provisioning-dist/core';
import fc from 'fast-check';
import type { RpmOptions } from '../../src/rpm/options.ts';
import { readRpm } from '../../src/rpm/read/read.ts';
import { DATE, directory, file, type Making, makeRpm, optionsOf, RELEASE, sampleEntries, sorted, sourceOf, symlink, X86_64 } from './rpm-package.ts';

const distribution = (entries: readonly Entry[] = sampleEntries()): Distribution => ({ platform: X86_64, variant: undefined, entries });
const view = (options: object = {}): ReadView<RpmOptions> => ({ options: optionsOf(options), date: DATE });

async function found(
  making: Making,
  against?: readonly Entry[],
  seen: ReadView<RpmOptions> = view(making.options),
  name?: string,
): Promise<readonly string[]> {
  const findings = await readRpm(sourceOf(await makeRpm(making), name), against && distribution(against), seen);
  return findings.map(({ level, code, subject }) => `${level} ${code} ${subject}`);
}

describe('the reader of rpms', () => {
  for (const codec of ['gzip', 'xz', 'zstd', 'none'])
    it(`finds nothing wrong with ours in ${codec}`, async () =>
      assert.deepEqual(await found({ options: { codec, payloadDigestAlt: true } }, sampleEntries()), []));

  it('agrees with the writer on any tree', async () => {
    const name = fc.stringMatching(/^[A-Za-z0-9é_][A-Za-z0-9é ._~+-]{0,12}$/).filter((each) => !/\.[1-9]$/.test(each));
    const folder = fc.constantFrom('share', 'share/acme', 'lib/acme/deep/er', 'etc', 'etc/acme', 'var/lib/acme');
    const entry = fc.record({
      folder,
      name,
      content: fc.uint8Array({ maxLength: 200 }),
      mode: fc.constantFrom(0o644, 0o600, 0o755, 0o640),
      link: fc.boolean(),
    });
    const trees = fc.uniqueArray(entry, { maxLength: 12, selector: (each) => each.name });
    await fc.assert(
      fc.asyncProperty(trees, async (tree) => {
        const entries = sorted(
          tree.map(({ folder: below, name: base, content, mode, link }) => {
            const path = `${below}/x-${base}`;
            return link ? symlink(path, 'target', { role: 'data' }) : file(path, content, { mode });
          }),
        );
        assert.deepEqual(
          (await found({ entries }, entries)).filter((finding) => finding.startsWith('error')),
          [],
        );
      }),
      { numRuns: 30 },
    );
  });

  it('knows ghosts, prefixes and paths of the options', async () => {
    const options = { prefix: '/opt/acme', ghosts: { '/var/log/acme.log': {} }, paths: { config: '/etc/other' } };
    const levels = await found({ options }, sampleEntries());
    assert.deepEqual(levels, ['warning rpm-place opt']);
  });

  it('misses what is not there and what is too much', async () => {
    const entries = sampleEntries();
    const less = entries.filter(({ path }) => path !== 'bin/ac');
    assert.deepEqual(await found({ entries: less }, entries), ['error rpm-missing usr/bin/ac']);
    assert.deepEqual(await found({ entries }, less), ['error rpm-extra usr/bin/ac']);
  });

  it('tells what is different', async () => {
    const other = sampleEntries().map((entry): Entry => {
      if (entry.path === 'bin/ac') return symlink('bin/ac', './acme', { role: 'binary' });
      if (entry.path === 'etc/acme') return directory('etc/acme', { mode: 0o700, owner: 'acme' });
      return entry.path === 'README.md' ? file('README.md', '# other\n', { role: 'doc' }) : entry;
    });
    const findings = await readRpm(sourceOf(await makeRpm()), distribution(other), view());
    assert.deepEqual(
      findings.map(({ message }) => message.replace(/[0-9a-f]{64}/g, '…')),
      [
        'The mode is 0750, in the distribution 0700',
        'The owner is root:root, in the distribution acme:root',
        'The target is "acme", in the distribution "./acme"',
        'The content is …, in the distribution …',
      ],
    );
  });

  it('finds what a linter would', async () => {
    const entries = sorted([
      file('bin/acme', '', { role: 'binary' }),
      file('share/acme/.gitignore'),
      file('share/acme/open', '', { mode: 0o666 }),
      file('share/acme/setuid', '', { mode: 0o4755 }),
      file('opt/acme/x'),
      symlink('share/acme/link', '/usr/share/acme/open'),
    ]);
    assert.deepEqual(await found({ entries, options: { changelog: false } }), [
      'warning rpm-tag acme-1.2.3-1.x86_64.rpm',
      'error rpm-executable usr/bin/acme',
      'warning rpm-left-behind usr/share/acme/.gitignore',
      'warning rpm-link usr/share/acme/link',
      'error rpm-mode usr/share/acme/open',
      'warning rpm-mode usr/share/acme/setuid',
      'warning rpm-place opt',
    ]);
  });

  it('finds programs for another machine', async () => {
    const elf = Buffer.alloc(64);
    elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    elf.writeUInt16LE(2, 16);
    elf.writeUInt16LE(183, 18);
    elf.writeUInt32LE(1, 20);
    elf.writeUInt16LE(64, 52);
    const entries = [file('bin/acme', elf, { mode: 0o755, role: 'binary' })];
    assert.deepEqual(await found({ entries }), ['error rpm-other-machine usr/bin/acme']);
    const cell = { platform: undefined, variant: undefined, variants: [], package: 'acme' };
    assert.deepEqual(await found({ entries, job: { cell } }, undefined, view(), 'acme-1.2.3-1.noarch.rpm'), [
      'error rpm-program-in-noarch usr/bin/acme',
    ]);
  });

  it('wants the name, the date and the signature it was told', async () => {
    const seen = { options: optionsOf({ sign: 'release' }), date: DATE + 1 };
    const codes = await found({ entries: [file('bin/acme', '', { mode: 0o755 })] }, undefined, seen, 'other.rpm');
    assert.deepEqual(codes, [
      'error rpm-unsigned other.rpm',
      'warning rpm-file-name other.rpm',
      'error rpm-time other.rpm',
      'error rpm-time usr/bin/acme',
    ]);
  });

  it('finds long lines and dots of texts', async () => {
    const release = { ...RELEASE, description: 'x'.repeat(90) };
    assert.deepEqual(await found({ entries: [], job: { release } }), [
      'warning rpm-summary acme-1.2.3-1.x86_64.rpm',
      'warning rpm-description acme-1.2.3-1.x86_64.rpm',
    ]);
  });

  const damage: Readonly<Record<string, readonly [where: number, code: string]>> = {
    'the magic': [0, 'rpm-lead'],
    'the kind of signature': [79, 'rpm-lead'],
    'the signature header': [97, 'rpm-header'],
    'the region of the signature': [112, 'rpm-region'],
    'the payload': [-30, 'rpm-payload-digest'],
  };
  for (const [what, [where, code]] of Object.entries(damage)) {
    it(`finds damage of ${what}`, async () => {
      const bytes = await makeRpm();
      const at = where < 0 ? bytes.length + where : where;
      bytes.writeUInt8(bytes.readUInt8(at) ^ 0x5a, at);
      const codes = (await readRpm(sourceOf(bytes), undefined, view())).map((finding) => finding.code);
      assert.equal(codes.includes(code), true, codes.join(', '));
    });
  }

  it('finds a header that is not the one that was hashed', async () => {
    const bytes = await makeRpm();
    const at = bytes.indexOf('Tool that does');
    bytes.write('Fool', at);
    const codes = (await readRpm(sourceOf(bytes), undefined, view())).map(({ code }) => code);
    assert.deepEqual(codes, ['rpm-header-digest', 'rpm-header-digest']);
  });

  it('says of other files that they are none', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('!<arch>\n'), Buffer.alloc(200, 0xff)])
      assert.deepEqual(
        (await readRpm(sourceOf(bytes), undefined, view())).map(({ code }) => code),
        ['rpm-lead'],
      );
  });
});

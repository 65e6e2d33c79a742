import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { changelogText } from '../../src/deb/changelog.ts';
import { copyrightText } from '../../src/deb/copyright.ts';
import { debContents } from '../../src/deb/package.ts';
import { DATE, file, type Making, optionsOf, RELEASE, sampleEntries, withContents } from '../package.ts';

const NAMES = { own: 'acme', bare: 'acme', siblings: [] };
const MIT = 'MIT License\n\nCopyright (c) 2024 Acme Ltd\nCopyright 2023 Jane\n\nPermission is hereby granted.\n';

function copyright(texts: readonly string[], release = RELEASE): string {
  return copyrightText({ release, options: optionsOf(), names: NAMES, date: DATE }, texts);
}

/** What data.tar holds in memory, by path. */
function dataTexts(making: Making): Promise<Readonly<Record<string, Buffer>>> {
  return withContents(making, (job) =>
    Object.fromEntries(
      debContents(job).data.flatMap((member) =>
        member.type === 'file' && 'bytes' in member.source ? [[member.path, Buffer.from(member.source.bytes)]] : [],
      ),
    ),
  );
}

describe('the copyright file', () => {
  it('tells the license and who holds it', () => {
    assert.equal(
      copyright([MIT]),
      `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: acme
Source: https://acme.example

Files: *
Copyright: 2024 Acme Ltd
 2023 Jane
License: MIT
 MIT License
 .
 Copyright (c) 2024 Acme Ltd
 Copyright 2023 Jane
 .
 Permission is hereby granted.
`,
    );
  });

  it('names what every system has instead of copying it', () => {
    const text = copyright(['  Apache License\n  Version 2.0, January 2004\n  Copyright [yyyy] [name]\n'], {
      ...RELEASE,
      license: 'Apache-2.0 OR GPL-3.0-or-later',
    });
    assert.match(
      text,
      /^License: Apache-2\.0 or GPL-3\.0-or-later\n On Debian systems the text of the license is in\n \/usr\/share\/common-licenses\/Apache-2\.0\n \/usr\/share\/common-licenses\/GPL-3\n$/m,
    );
    assert.match(text, /^Copyright: 2024 Jane Doe/m);
  });

  it('says what is known without a text', () => {
    const { license: _, ...release } = RELEASE;
    assert.match(copyright([], release), /^License: custom\n The terms are those its authors publish it under\.\n$/m);
  });

  it('takes in the files that tell it', async () => {
    const texts = await dataTexts({});
    assert.equal(texts['usr/share/doc/acme/LICENSE'], undefined);
    assert.match(`${texts['usr/share/doc/acme/copyright']}`, /Permission is hereby granted/);
  });

  it('is that of the distribution where it has one', async () => {
    const texts = await dataTexts({ entries: [file('share/doc/acme/copyright', 'ours\n', { role: 'license' })] });
    assert.equal(`${texts['usr/share/doc/acme/copyright']}`, 'ours\n');
  });
});

describe('the changelog', () => {
  const facts = { release: RELEASE, names: NAMES, version: '1.2.3-1', date: DATE };

  it('has an entry for the release', async () => {
    const packed = (await dataTexts({}))['usr/share/doc/acme/changelog.Debian.gz'] ?? Buffer.alloc(0);
    assert.equal(
      `${gunzipSync(packed)}`,
      'acme (1.2.3-1) stable; urgency=medium\n\n  * Release 1.2.3.\n\n -- Jane Doe <jane@acme.example>  Thu, 29 Feb 2024 12:30:10 +0000\n',
    );
  });

  it('is what the options say', () => {
    const own = 'acme (1.0) stable; urgency=low\n\n  * x\n';
    assert.equal(changelogText({ ...facts, options: optionsOf({ changelog: own }) }), own);
    assert.equal(changelogText({ ...facts, options: optionsOf({ changelog: false }) }), undefined);
  });

  it('is not there when nobody can sign it', () => {
    const { maintainer: _, ...release } = RELEASE;
    assert.equal(changelogText({ ...facts, release, options: optionsOf() }), undefined);
  });
});

describe('overrides for lintian', () => {
  it('name a static program', async () => {
    const elf = Buffer.alloc(64);
    elf.write('\x7fELF\x02\x01\x01', 'latin1');
    elf.writeUInt16LE(2, 16);
    elf.writeUInt16LE(62, 18);
    const texts = await dataTexts({ entries: [file('bin/acme', elf, { mode: 0o755, role: 'binary' })] });
    assert.equal(`${texts['usr/share/lintian/overrides/acme']}`, 'acme: statically-linked-binary\n');
  });

  it('leave a static program out that moves', async () => {
    const elf = Buffer.alloc(64);
    elf.write('\x7fELF\x02\x01\x01', 'latin1');
    elf.writeUInt16LE(3, 16);
    const texts = await dataTexts({ entries: [file('bin/acme', elf, { mode: 0o755, role: 'binary' })] });
    assert.equal(texts['usr/share/lintian/overrides/acme'], undefined);
  });

  it('are those of the options', async () => {
    const texts = await dataTexts({ options: { lintianOverrides: ['no-manual-page [usr/bin/acme]', 'acme: other', '# because'] } });
    assert.equal(`${texts['usr/share/lintian/overrides/acme']}`, 'acme: no-manual-page [usr/bin/acme]\nacme: other\n# because\n');
  });

  it('are not there for nothing', async () => {
    assert.equal((await dataTexts({ entries: sampleEntries() }))['usr/share/lintian/overrides/acme'], undefined);
  });
});

import assert from 'node:assert/strict';
import { parseRelease, printRelease, type ReleaseFacts, textInClear } from '../../src/apt/release.ts';

const SHA = 'a'.repeat(64);
const FACTS: ReleaseFacts = {
  ...{ origin: 'Acme Ltd', label: 'acme', suite: 'stable', codename: 'bird', date: 1_700_000_000 },
  ...{ architectures: ['amd64', 'arm64'], components: ['main'], files: new Map([['main/binary-amd64/Packages', { sha256: SHA, size: 7 }]]) },
};
const TEXT = `Origin: Acme Ltd
Label: acme
Suite: stable
Codename: bird
Date: Tue, 14 Nov 2023 22:13:20 UTC
Acquire-By-Hash: yes
Architectures: amd64 arm64
Components: main
SHA256:
 ${SHA} 7 main/binary-amd64/Packages
`;

describe('a Release file', () => {
  it('says what apt asks for', () => assert.equal(printRelease(FACTS), TEXT));

  it('may say how long it is good and what it is', () => {
    const text = printRelease({ ...FACTS, validUntil: 1_700_086_400, description: 'Tools' });
    assert.match(text, /^Valid-Until: Wed, 15 Nov 2023 22:13:20 UTC$/m);
    assert.match(text, /^Description: Tools$/m);
  });

  it('is read back', () => {
    const parsed = parseRelease(TEXT);
    assert.equal(parsed?.date, FACTS.date);
    assert.equal(parsed?.fields.get('Origin'), 'Acme Ltd');
    assert.deepEqual(parsed?.files, FACTS.files);
  });

  it('has a date', () => assert.equal(parseRelease('Origin: Acme\nDate: tomorrow\n'), undefined));

  it('lists by SHA-256 alone', () => {
    assert.equal(parseRelease(TEXT.replace('SHA256:', 'SHA1:'))?.files.size, 0);
  });
});

describe('a clear signature', () => {
  const signed = (text: string): string => `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${text}-----BEGIN PGP SIGNATURE-----\n\nabc\n`;

  it('holds the text that was signed', () => assert.equal(textInClear(signed(TEXT)), TEXT));

  it('marks lines that begin with a dash', () => assert.equal(textInClear(signed('- -----\n- - a\nb\n')), '-----\n- a\nb\n'));

  it('is not found in other texts', () => {
    for (const text of ['', TEXT, `x${signed(TEXT)}`, '-----BEGIN PGP SIGNED MESSAGE-----\n\n']) assert.equal(textInClear(text), undefined);
  });
});

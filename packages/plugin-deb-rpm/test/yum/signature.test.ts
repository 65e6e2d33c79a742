import assert from 'node:assert/strict';
import { armored, isAbout, packetsIn, signaturesIn } from '../../src/yum/signature.ts';
import { signaturePacket } from './bench.ts';

/** Of "hello" and a line feed, by gpg 2.2: `gpg --detach-sign --armor`. */
const BY_GPG = `-----BEGIN PGP SIGNATURE-----

iIgEABYIADAWIQRrNeFsQ2BEqloRmdseCSUL8nklmgUCZVPxABIcZWRkc2FAZXhh
bXBsZS5vcmcACgkQHgklC/J5JZqJNgD/SFgTSNFkkGF2vpE2PhB4AXmV0GrrBC9H
s4CFItZywhoA/iXS+M1kZUq7tZstPwA2oBDdD513OElzS4Hz4YTTs+YP
=i6qQ
-----END PGP SIGNATURE-----
`;

describe('signatures of yum repositories', () => {
  const [one, other] = [Buffer.from('one'), Buffer.from('other')];

  it('are about their own bytes', () => {
    assert.ok(isAbout(signaturePacket(one), one));
    assert.ok(!isAbout(signaturePacket(one), other));
  });

  it('by gpg are about their own bytes', () => {
    const [signature = assert.fail()] = signaturesIn(Buffer.from(BY_GPG));
    assert.ok(isAbout(signature, Buffer.from('hello\n')));
    assert.ok(!isAbout(signature, other));
    assert.equal(Buffer.from(armored([signature])).toString(), BY_GPG);
  });

  it('stand side by side in one armour', () => {
    const packets = [signaturePacket(one), signaturePacket(other)];
    assert.deepEqual(signaturesIn(armored(packets)), packets);
  });

  it('are packets with lengths of any kind', () => {
    const body = Buffer.alloc(200, 7);
    const packets = [
      Buffer.concat([Buffer.from([0x88, 200]), body]),
      Buffer.concat([Buffer.from([0x89, 0, 200]), body]),
      Buffer.concat([Buffer.from([0xc2, 192, 8]), body]),
      Buffer.concat([Buffer.from([0xc2, 255, 0, 0, 0, 200]), body]),
    ];
    assert.deepEqual(packetsIn(Buffer.concat(packets)), packets);
  });

  for (const [what, bytes] of Object.entries({
    nothing: Buffer.alloc(0),
    text: Buffer.from('hello'),
    'a packet cut off': signaturePacket(one).subarray(0, 8),
    'a packet of lies': Buffer.from([0xc2, 10, 4, 0, 22, 10, 0xff, 0xff, 0, 0, 0, 0]),
    'another version': Buffer.from([0xc2, 10, 6, 0, 22, 10, 0, 0, 0, 0, 0, 0]),
  })) {
    it(`are not about anything: ${what}`, () => assert.ok(!isAbout(bytes, one)));
  }

  it('are none in another armour', () => assert.deepEqual(signaturesIn(Buffer.from('-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END')), []));
});

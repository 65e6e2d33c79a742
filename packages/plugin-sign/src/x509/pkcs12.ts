import { createPrivateKey, type KeyObject } from 'node:crypto';
import { keyUnusable, noPassphrase, wrongPassphrase } from '../errors.ts';

/** RFC 7292, by node-forge: Node itself does not give keys out of such files. */

export interface Pkcs12 {
  readonly key: KeyObject;
  /** DER. */
  readonly certificates: readonly Buffer[];
}

export async function readPkcs12(id: string, bytes: Buffer, passphrase: string | undefined): Promise<Pkcs12> {
  const { default: forge } = await import('node-forge');
  const { asn1, pkcs12, pki } = forge;
  const parsed = parse(id, () => asn1.fromDer(forge.util.createBuffer(bytes.toString('latin1'))));
  const file = open(id, passphrase, () => pkcs12.pkcs12FromAsn1(parsed, false, passphrase ?? ''));
  const bags = (type: string) => file.getBags({ bagType: type })[type] ?? [];
  const keyBags = [...bags(pki.oids.pkcs8ShroudedKeyBag ?? ''), ...bags(pki.oids.keyBag ?? '')];
  const [first, ...others] = keyBags;
  if (!first || others.length > 0) throw keyUnusable(id, `its PKCS#12 file holds ${keyBags.length} keys`, 'one with one key is needed');
  // of RSA keys forge gives its own object, of all others what it has read
  const info = first.key ? pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(first.key)) : first.asn1;
  const key = parse(id, () => createPrivateKey({ key: der(info), format: 'der', type: 'pkcs8' }));
  const certificates = bags(pki.oids.certBag ?? '').map((bag) => der(bag.cert ? pki.certificateToAsn1(bag.cert) : bag.asn1));
  return { key, certificates };

  function der(value: import('node-forge').asn1.Asn1): Buffer {
    return Buffer.from(asn1.toDer(value).getBytes(), 'latin1');
  }
}

function parse<Value>(id: string, read: () => Value): Value {
  try {
    return read();
  } catch {
    throw keyUnusable(id, 'its file is no PKCS#12');
  }
}

/** A wrong passphrase shows at the file's own checksum. */
function open<Value>(id: string, passphrase: string | undefined, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!/MAC could not be verified|Invalid password/i.test((error as Error).message)) throw keyUnusable(id, 'its PKCS#12 file cannot be read');
    throw passphrase === undefined ? noPassphrase(id) : wrongPassphrase(id);
  }
}

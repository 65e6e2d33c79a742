import { randomBytes } from 'node:crypto';
import forge from 'node-forge';

/** A certificate authority of one test, and certificates of it. PEM. */

export interface Pair {
  readonly key: string;
  readonly cert: string;
}

export interface Authority {
  readonly ca: string;
  /** For a server of these names and addresses. */
  readonly server: (...names: readonly string[]) => Pair;
  readonly client: (name: string) => Pair;
}

export function makeAuthority(): Authority {
  const own = newCertificate('Test authority');
  own.cert.setIssuer(own.cert.subject.attributes);
  own.cert.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, critical: true },
  ]);
  own.cert.sign(own.keys.privateKey, forge.md.sha256.create());
  const issue = (name: string, extensions: readonly object[]): Pair => {
    const { cert, keys } = newCertificate(name);
    cert.setIssuer(own.cert.subject.attributes);
    cert.setExtensions([...extensions]);
    cert.sign(own.keys.privateKey, forge.md.sha256.create());
    return { key: forge.pki.privateKeyToPem(keys.privateKey), cert: forge.pki.certificateToPem(cert) };
  };
  return {
    ca: forge.pki.certificateToPem(own.cert),
    server: (...names) => issue(names[0] ?? '', [{ name: 'subjectAltName', altNames: names.map(altName) }]),
    client: (name) => issue(name, [{ name: 'extKeyUsage', clientAuth: true }]),
  };
}

function newCertificate(name: string) {
  const keys = forge.pki.rsa.generateKeyPair(2048);
  const cert = forge.pki.createCertificate();
  cert.publicKey = keys.publicKey;
  cert.serialNumber = `01${randomBytes(8).toString('hex')}`;
  cert.validity.notBefore = new Date(Date.now() - 86_400_000);
  cert.validity.notAfter = new Date(Date.now() + 86_400_000);
  cert.setSubject([{ name: 'commonName', value: name }]);
  return { cert, keys };
}

/** GeneralName of RFC 5280 4.2.1.6: 2 a name, 7 an address. */
function altName(name: string): object {
  return /^[\d.]+$/.test(name) ? { type: 7, ip: name } : { type: 2, value: name };
}

import { createHash } from 'node:crypto';
import type { TestArtifact } from '@provisioning-dist/core/testing';
import { encodeHeader, type Field, int32, numbers, text, texts } from '../../src/rpm/header.ts';
import { lead } from '../../src/rpm/lead.ts';
import { signatureHeader } from '../../src/rpm/signature.ts';
import { TAG } from '../../src/rpm/tags.ts';

/** Rpms that are headers without a payload. */

export interface TestRpm {
  readonly package?: string;
  readonly version: string;
  readonly release?: string;
  readonly arch?: string;
  readonly summary?: string;
  readonly signed?: boolean;
  readonly more?: readonly Field[];
}

export function rpm({
  package: name = 'acme',
  version,
  release = '1',
  arch = 'x86_64',
  summary = 'Tool',
  signed = false,
  more = [],
}: TestRpm): Buffer {
  const fields = [
    ...[
      text(TAG.name, name),
      text(TAG.version, version),
      text(TAG.release, release),
      text(TAG.summary, summary),
      int32(TAG.buildTime, 1_700_000_000),
    ],
    ...[int32(TAG.size, 7), text(TAG.license, 'MIT'), text(TAG.arch, arch), text(TAG.sourceRpm, `${name}-${version}-${release}.src.rpm`)],
    ...[texts(TAG.provideName, [name]), numbers('int32', TAG.provideFlags, [8]), texts(TAG.provideVersion, [`${version}-${release}`])],
    ...more,
  ].toSorted((a, b) => a.tag - b.tag);
  const header = encodeHeader(TAG.region, fields).bytes;
  const signature = signed ? { id: 'test', bytes: Uint8Array.of(0xc2, 6, 4, 0, 1, 8, 0, 0) } : undefined;
  const facts = { header, size: header.length, payloadSize: 0, large: false, signature };
  return Buffer.concat([lead(`${name}-${version}-${release}`, arch), signatureHeader(facts), header]);
}

export function rpmArtifact(about: TestRpm): TestArtifact {
  const { package: name = 'acme', version, release = '1', arch = 'x86_64' } = about;
  return { name: `${name}-${version}-${release}.${arch}.rpm`, bytes: rpm(about), kind: 'package', format: 'rpm', instance: 'rpm' };
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

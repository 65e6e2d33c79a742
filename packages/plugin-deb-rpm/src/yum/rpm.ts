import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ReadSource } from '@provisioning-dist/core';
import type { Header } from '../rpm/read/header.ts';
import { type Parts, partsOf } from '../rpm/read/parts.ts';
import { SIGNATURE_TAG, TAG } from '../rpm/tags.ts';
import { printElements } from './element.ts';
import { unreadableRpm } from './errors.ts';
import type { Package, RpmIdentity } from './state.ts';

/** An rpm as the metadata tells of it, and whether it is signed. */
export interface RpmFacts {
  readonly facts: Omit<Package, 'name' | 'of'>;
  readonly signed: boolean;
}

/** Where it will be, and the digest of the file. */
export interface RpmPlace {
  readonly key: string;
  readonly pkgid: string;
}

export function readRpmFacts(path: string, name: string, place: RpmPlace): RpmFacts {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    return factsOf({ path, size, read: (position, length) => readAt(fd, position, length) }, name, place);
  } finally {
    closeSync(fd);
  }
}

function readAt(fd: number, position: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, position));
}

export function factsOf(source: ReadSource, name: string, place: RpmPlace): RpmFacts {
  const { parts, problems } = partsOf(source);
  if (!parts) throw unreadableRpm(name, problems[0]?.message ?? 'it is no rpm');
  const { header, signature } = parts;
  const identity = identityIn(header, name);
  const elements = printElements({ ...parts, identity, size: source.size, ...place });
  return { facts: { ...identity, ...place, ...elements }, signed: isSigned(signature) };
}

function isSigned(signature: Parts['signature']): boolean {
  return signature.has(SIGNATURE_TAG.rsaHeader) || signature.has(SIGNATURE_TAG.dsaHeader);
}

/** They order packages and stand in lists: what rpm would not take is refused. */
const SHAPES = {
  package: [TAG.name, /^[A-Za-z0-9_][A-Za-z0-9._+-]*$/],
  version: [TAG.version, /^[A-Za-z0-9._+~^]+$/],
  release: [TAG.release, /^[A-Za-z0-9._+~^]+$/],
  arch: [TAG.arch, /^[A-Za-z0-9_]+$/],
} as const;

function identityIn(header: Header, name: string): RpmIdentity {
  const value = (field: keyof typeof SHAPES): string => {
    const [tag, shape] = SHAPES[field];
    const found = header.text(tag) ?? '';
    if (!shape.test(found)) throw unreadableRpm(name, `its ${field} is ${JSON.stringify(found)}`);
    return found;
  };
  const epoch = String(header.number(TAG.epoch) ?? 0);
  // rpm has a source package where the tag is missing (lib/formats.c: RPMTAG_SOURCERPM).
  const arch = header.has(TAG.sourceRpm) ? value('arch') : 'src';
  return { package: value('package'), version: value('version'), release: value('release'), arch, epoch };
}

import type { ContentStore, Part, Parts } from '@provisioning-dist/payload';

/** The bytes that parts make: the same on every machine. */
export async function packed(parts: Parts, packer: ContentStore): Promise<Uint8Array> {
  const bytes: Uint8Array[] = [];
  const iterator = parts[Symbol.iterator]();
  // Of a mark only its place matters: everything before it is encoded by then.
  const next = () => iterator.next({ position: 0, digests: {} });
  for (let step = next(); !step.done; step = next()) bytes.push(await bytesOf(step.value, packer));
  return Buffer.concat(bytes);
}

async function bytesOf(part: Part, packer: ContentStore): Promise<Uint8Array> {
  if (part instanceof Uint8Array) return part;
  if (!('run' in part)) return new Uint8Array();
  const { run, codec, level, seen, settled } = part;
  const encoded = await packer.encode(run, codec, level);
  seen?.(encoded);
  settled?.(encoded.length);
  return encoded;
}

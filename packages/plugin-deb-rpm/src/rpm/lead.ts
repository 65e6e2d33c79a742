/** The first 96 bytes: rpm looks at the magic, the type and the kind of signature only; file(1) shows the rest. */

export const LEAD_LENGTH = 96;
export const LEAD_MAGIC = 0xedabeedb;

/** Offset and width in bytes of each field. */
export const LEAD_FIELDS = {
  magic: { offset: 0, width: 4 },
  major: { offset: 4, width: 1 },
  minor: { offset: 5, width: 1 },
  type: { offset: 6, width: 2 },
  archnum: { offset: 8, width: 2 },
  name: { offset: 10, width: 66 },
  osnum: { offset: 76, width: 2 },
  signatureType: { offset: 78, width: 2 },
} as const;

/** RPMSIGTYPE_HEADERSIG: the signature is a header. */
export const HEADER_SIGNATURE = 5;

const LINUX = 1;

export const LEAD_TYPE = { binary: 0, source: 1 } as const;

/** rpmrc's arch_canon. */
const ARCHNUM: Readonly<Record<string, number>> = {
  x86_64: 1,
  i386: 1,
  i686: 1,
  armv6hl: 12,
  armv7hl: 12,
  s390x: 15,
  ppc64le: 16,
  aarch64: 19,
  riscv64: 22,
  loongarch64: 23,
};

export function lead(nameVersionRelease: string, arch: string, type: keyof typeof LEAD_TYPE = 'binary'): Uint8Array {
  const bytes = Buffer.alloc(LEAD_LENGTH);
  const [kind, archnum] = [LEAD_TYPE[type], ARCHNUM[arch] ?? 0];
  const values = { magic: LEAD_MAGIC, major: 3, minor: 0, type: kind, archnum, osnum: LINUX, signatureType: HEADER_SIGNATURE };
  for (const [field, value] of Object.entries(values)) {
    const { offset, width } = LEAD_FIELDS[field as keyof typeof values];
    bytes.writeUIntBE(value, offset, width);
  }
  const { offset, width } = LEAD_FIELDS.name;
  bytes.write(nameVersionRelease, offset, width - 1, 'latin1');
  return bytes;
}

import fc from 'fast-check';
import type { Member } from '../src/index.ts';
import { directory, file, symlink } from './drive.ts';

/** Path parts with what file systems allow and archives stumble over. */
function part(lineFeeds: boolean): fc.Arbitrary<string> {
  const characters = [...'ab.- ', 'é', '語', '🦀', 'e\u0301', ...(lineFeeds ? ['\n', '\t'] : [])];
  return fc
    .oneof(
      { weight: 4, arbitrary: fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 12 }) },
      { weight: 1, arbitrary: fc.integer({ min: 90, max: 260 }).map((length) => 'n'.repeat(length)) },
    )
    .filter((text) => text !== '.' && text !== '..');
}

function text(lineFeeds: boolean): fc.Arbitrary<string> {
  return fc.array(part(lineFeeds), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
}

/** Up to twelve members on different paths; modes with setuid and sticky bits, contents that are empty, small, and segments. */
export function anyMembers({ lineFeeds = false }: { readonly lineFeeds?: boolean } = {}): fc.Arbitrary<Member[]> {
  const mode = fc.nat(0o7777);
  const bytes = fc.oneof(
    { weight: 5, arbitrary: fc.uint8Array({ maxLength: 1500 }) },
    { weight: 1, arbitrary: fc.integer({ min: 65_530, max: 66_100 }).map((length) => new Uint8Array(length).fill(length)) },
  );
  const member = fc.oneof(
    fc.tuple(text(lineFeeds), bytes, mode).map(([path, content, bits]): Member => file(path, content, bits)),
    fc.tuple(text(lineFeeds), mode).map(([path, bits]) => directory(path, bits)),
    fc.tuple(text(lineFeeds), text(lineFeeds)).map(([path, target]) => symlink(path, target)),
  );
  return fc.uniqueArray(member, { maxLength: 12, selector: ({ path }) => path });
}

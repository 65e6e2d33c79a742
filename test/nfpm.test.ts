import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { createOptionsKit } from '../packages/core/src/config/options-kit.ts';
import apkArch from '../packages/plugin-apk-arch/src/index.ts';
import debRpm from '../packages/plugin-deb-rpm/src/index.ts';

/** The table of nfpm's settings against lists of both sides. */

const PAGE = readFileSync(join(import.meta.dirname, '../docs/nfpm.md'), 'utf8');
const ROWS = [...PAGE.matchAll(/^\| (?!nfpm|-)(.+?) +\| (.+?) +\|$/gm)].map(([, theirs = '', ours = '']) => ({ theirs, ours }));

/** The YAML names in nfpm.go and files/files.go of nfpm 2.48, without those of formats that are not made here. */
const NFPM =
  `name arch platform epoch version version_schema release prerelease version_metadata section priority maintainer description vendor homepage
license changelog disable_globbing mtime replaces provides depends recommends suggests conflicts umask overrides
scripts.preinstall scripts.postinstall scripts.preremove scripts.postremove
rpm.arch rpm.buildhost rpm.scripts.pretrans posttrans verify rpm.requires.post rpm.group rpm.summary rpm.compression rpm.signature.key_file key_id
rpm.packager rpm.prefixes deb.arch deb.arch_variant deb.scripts.rules deb.scripts.templates deb.scripts.config deb.triggers.interest interest_await
interest_noawait deb.triggers.activate activate_await activate_noawait deb.breaks deb.compression deb.fields deb.predepends deb.signature.key_file
deb.signature.type signer apk.arch apk.scripts.preupgrade postupgrade apk.signature.key_file apk.signature.key_name archlinux.pkgbase archlinux.arch
archlinux.packager archlinux.scripts.preupgrade src dst packager expand disown_subtree file_info.mode owner group file_info.mtime file_info.lang`.split(
    /\s+/,
  );

const TYPES =
  `file tree dir symlink config config|noreplace config|missingok config|tree config|noreplace|tree config|missingok|tree ghost doc license
licence readme`.split(/\s+/);

function codeIn(cells: readonly string[]): readonly string[] {
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll('\\|', '|')));
}

describe('the table of nfpm', () => {
  const theirs = new Set(codeIn(ROWS.map((row) => row.theirs)).map((code) => code.replace(/^type: (?!"")/, '')));

  it('has every setting of nfpm', () =>
    assert.deepEqual(
      NFPM.filter((name) => !theirs.has(name)),
      [],
    ));

  it('has every type of contents', () =>
    assert.deepEqual(
      TYPES.filter((type) => !theirs.has(type)),
      [],
    ));

  it('names options that are there', () => {
    const kit = createOptionsKit({ env: {}, root: '.', onValue: () => {} });
    const formats = { ...debRpm.formats, ...apkArch.formats };
    const options = Object.entries(formats).flatMap(([format, definition]) => {
      const schema = kit.z.toJSONSchema(definition.options(kit), { io: 'input', unrepresentable: 'any' });
      return Object.keys(schema.properties ?? {}).map((name) => `${format}.${name}`);
    });
    const named = codeIn(ROWS.map((row) => row.ours)).flatMap((code) => /^(?:deb|rpm|apk|archlinux)\.\w+/.exec(code)?.[0] ?? []);
    assert.ok(named.length > 50);
    assert.deepEqual(
      named.filter((name) => !options.includes(name)),
      [],
    );
  });
});

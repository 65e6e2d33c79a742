import { Document, isMap, isSeq, type Node, type Pair, type Scalar, visit } from 'yaml';
import type { InitFacts, InitRule } from './init-facts.ts';

/** A configuration as people would write it: a comment above each section, short lists and maps on one line. */

export interface InitSections {
  readonly facts: InitFacts & { readonly name: string };
  readonly platforms: readonly string[];
  readonly contents: readonly InitRule[];
  readonly plugins: readonly string[];
  readonly packages: Readonly<Record<string, object>>;
  readonly paths: Readonly<Record<string, string>>;
}

interface Section {
  readonly value: unknown;
  readonly comment?: string;
}

export function configText(sections: InitSections): string {
  const parts = Object.entries(partsOf(sections)).filter(([, { value }]) => !isEmpty(value));
  const document = new Document(Object.fromEntries(parts.map(([key, { value }]) => [key, value])));
  if (isMap(document.contents)) for (const pair of document.contents.items) commentOn(pair as Pair<Scalar, Node>, parts);
  document.commentBefore = ` ${HEAD}`;
  document.comment = sections.contents.length === 0 ? `${EMPTY}\n\n${FURTHER}` : FURTHER;
  // 0 = lines are not folded
  return document.toString({ lineWidth: 0 });
}

/** Sections that are lists of names; of others, the items stand on a line each. */
const ONE_LINE: readonly unknown[] = ['platforms', 'plugins'];

const HEAD = 'Made by "provisioning-dist init". Try: provisioning-dist plan; every key: docs/configuration.md';

const FURTHER = ` Debian and rpm packages: npm install --save-dev @provisioning-dist/plugin-deb-rpm, then
 plugins: ["@provisioning-dist/plugin-deb-rpm"]
 packages: { archive: {}, deb: {}, rpm: {} }

 Where it is published; local is a folder, others are s3, sftp and custom:
 publish: { local: {} }`;

const EMPTY = ` What is in the packages: no program was found to put there. For instance
 contents:
   - { from: hello.sh, to: bin/hello }`;

function partsOf({ facts, platforms, contents, plugins, packages, paths }: InitSections): Readonly<Record<string, Section>> {
  const { name, version = '0.1.0', description, homepage, license, maintainer, vendor, build } = facts;
  return {
    name: { value: name },
    version: { value: version, comment: 'Or git: the highest tag at HEAD' },
    description: { value: description },
    homepage: { value: homepage },
    license: { value: license },
    maintainer: { value: maintainer },
    vendor: { value: vendor },
    plugins: { value: plugins },
    platforms: { value: platforms, comment: 'Platforms to release for; --platform chooses some of them' },
    build: {
      value: build && [build],
      comment: 'What makes the files that {build} means below; its toolchain must know the platforms',
    },
    contents: { value: contents, comment: 'What is in the packages, and where' },
    packages: { value: packages, comment: 'archive = the usual one of each system: tar.gz, zip' },
    paths: { value: paths, comment: 'The project has folders of the usual names itself' },
  };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}

function commentOn({ key, value }: Pair<Scalar, Node>, parts: readonly (readonly [string, Section])[]): void {
  const comment = parts.find(([name]) => name === key.value)?.[1].comment;
  if (comment !== undefined) key.commentBefore = comment.replace(/^/gm, ' ');
  key.spaceBefore = isMap(value) || isSeq(value);
  visit(value, {
    Collection: (_, node) => {
      node.flow = node !== value || ONE_LINE.includes(key.value);
    },
  });
}

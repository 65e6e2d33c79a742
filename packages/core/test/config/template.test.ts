import assert from 'node:assert/strict';
import fc from 'fast-check';
import { artifactName, compileTemplate, DEFAULT_ARTIFACT_NAME, type Fields, renderTemplate } from '../../src/config/template.ts';
import { DistError } from '../../src/errors.ts';
import { places, problems } from './project.ts';

const AT = { file: 'a.yaml', line: 3, column: 7, key: 'contents[0].to' };
const FIELDS: Fields = { name: 'acme-server', version: '1.22.3-rc.4', platform: 'linux-amd64', variant: undefined, ext: 'tar.gz', 'npm.os': 'win32' };

function render(text: string, glob = false): string {
  return renderTemplate(text, FIELDS, AT, { glob });
}

describe('renderTemplate', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['plain', 'plain'],
    ['', ''],
    ['{name}/{version}', 'acme-server/1.22.3-rc.4'],
    ['{npm.os}', 'win32'],
    ['a{variant}b', 'ab'],
    ['{{name}} {{{name}}}', '{name} {acme-server}'],
    ['{name|upper}', 'ACME-SERVER'],
    ['{name|upper|lower}', 'acme-server'],
    ['{name|replace:-:_}', 'acme_server'],
    ['{name|replace:-:}', 'acmeserver'],
    ['{version|major}.{version|minor}.{version|patch}', '1.22.3'],
    ['{version|prerelease}', 'rc.4'],
  ];
  for (const [text, expected] of cases) it(`fills ${text || 'nothing'}`, () => assert.equal(render(text), expected));

  const globs: readonly (readonly [string, string])[] = [
    ['{name}/*.{so,dll}', 'acme-server/*.{so,dll}'],
    ['{a,{name},c}', '{a,acme-server,c}'],
    ['{1..3}', '{1..3}'],
    ['{{name},x}', '{acme-server,x}'],
  ];
  for (const [text, expected] of globs) it(`leaves glob braces in ${text}`, () => assert.equal(render(text, true), expected));

  const refused: readonly (readonly [string, string])[] = [
    ['{nam}', 'template-field'],
    ['{name', 'template-syntax'],
    ['name}', 'template-syntax'],
    ['{}', 'template-syntax'],
    ['{na me}', 'template-syntax'],
    ['{name|}', 'template-filter'],
    ['{name|uper}', 'template-filter'],
    ['{name|upper:1}', 'template-syntax'],
    ['{name|replace:a}', 'template-syntax'],
    ['{name|replace::x}', 'template-value'],
    ['{name|major}', 'template-value'],
    ['{constructor}', 'template-field'],
    ['{__proto__}', 'template-syntax'],
    ['{process.env.HOME}', 'template-field'],
    ['{name|constructor}', 'template-filter'],
  ];
  for (const [text, code] of refused)
    it(`refuses ${text}`, async () => assert.deepEqual(await places(() => render(text)), [`${code} a.yaml:3:7 contents[0].to`]));

  it('suggests the field that was meant', async () => {
    assert.equal((await problems(() => render('{varsion}')))[0]?.hint, 'did you mean "version"?');
  });

  it('suggests the filter that was meant', async () => {
    assert.equal((await problems(() => render('{name|uper}')))[0]?.hint, 'did you mean "upper"?');
  });

  it('does not read values as templates', () => {
    assert.equal(renderTemplate('{name}', { name: '{version}' }, AT), '{version}');
  });

  it('gives any text back that is escaped', () => {
    fc.assert(fc.property(fc.string(), (text) => renderTemplate(text.replaceAll('{', '{{').replaceAll('}', '}}'), {}, AT) === text));
  });

  it('compiles any text or throws one problem', () => {
    const text = fc.array(fc.constantFrom('{', '}', '|', ':', 'name', 'upper', '-', '.')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (source) => {
        try {
          return compileTemplate(source, AT).text === source;
        } catch (error) {
          return error instanceof DistError && error.where?.line === 3;
        }
      }),
    );
  });
});

describe('artifactName', () => {
  const cases: readonly (readonly [string, Fields, string])[] = [
    [DEFAULT_ARTIFACT_NAME, FIELDS, 'acme-server-1.22.3-rc.4-linux-amd64.tar.gz'],
    [DEFAULT_ARTIFACT_NAME, { ...FIELDS, variant: 'minimal' }, 'acme-server-1.22.3-rc.4-linux-amd64-minimal.tar.gz'],
    [DEFAULT_ARTIFACT_NAME, { ...FIELDS, platform: undefined, ext: undefined }, 'acme-server-1.22.3-rc.4'],
    [DEFAULT_ARTIFACT_NAME, { ...FIELDS, name: 'c++', version: undefined, platform: undefined }, 'c++.tar.gz'],
    ['{variant}_{name}.{ext}', FIELDS, 'acme-server.tar.gz'],
    ['{name}_v{version}', FIELDS, 'acme-server_v1.22.3-rc.4'],
  ];
  for (const [template, fields, expected] of cases) it(`gives ${expected}`, () => assert.equal(artifactName(template, fields), expected));

  for (const template of ['{variant}', '{name}/{ext}', 'a\\b', 'a:b', 'a\nb', '..', 'a.', 'a*']) {
    it(`refuses ${JSON.stringify(template)}`, async () =>
      assert.deepEqual(await places(() => artifactName(template, FIELDS, AT)), ['template-value a.yaml:3:7 contents[0].to']));
  }
});

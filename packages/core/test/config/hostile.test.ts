import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseYaml } from '../../src/config/parse-yaml.ts';
import { DistError } from '../../src/errors.ts';
import { load, project, removeProjects } from './project.ts';

after(removeProjects);

const SECTIONS = [
  'name',
  'version',
  'platforms',
  'variants',
  'build',
  'contents',
  'packages',
  'publish',
  'products',
  'paths',
  'plugins',
  'extends',
  'constructor',
  'toString',
];
const KEYS = [...SECTIONS, 'from', 'to', 'mode', 'use', 'needs', 'id', 'deb', 'env', 'path', 'hasOwnProperty', 'valueOf'];

const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.string(),
  fc.constantFrom('a', 'git', '1.0.0', 'https://u:p@x', '../x', '{name}', '{', 'all'),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 4 }),
  ),
}));

function isOurs(error: unknown): boolean {
  return error instanceof DistError && error.exit === 2;
}

describe('hostile input', () => {
  it('of any text is read or refused by our own errors', () => {
    const token = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '&x ',
      '*x',
      '<<: ',
      '|',
      '>',
      '"',
      "'",
      '? ',
      '!',
      '!!set ',
      '#',
      '%YAML 1.2\n',
      '---\n',
      '\t',
      '~',
      '0o7',
      '\ufeff',
    );
    const text = fc.array(token, { maxLength: 25 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (source) => {
        try {
          parseYaml(source, 'a.yaml');
          return true;
        } catch (error) {
          return isOurs(error);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('of any shape is loaded or refused by our own errors', async () => {
    const folder = project({});
    const config = fc.dictionary(fc.constantFrom(...SECTIONS), value, { maxKeys: 6 });
    await fc.assert(
      fc.asyncProperty(config, async (data) => {
        writeFileSync(join(folder, 'a.json'), JSON.stringify(data));
        return load(folder, { file: 'a.json' }).then(() => true, isOurs);
      }),
      { numRuns: 1000 },
    );
  });
});

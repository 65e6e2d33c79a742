import assert from 'node:assert/strict';
import { z } from 'zod';
import { docsFormat } from '../src/docs.ts';
import { sourceFormat } from '../src/source.ts';
import { tarGzFormat } from '../src/tar-gz.ts';
import { zipFormat } from '../src/zip.ts';

const KIT = { z } as unknown as Parameters<typeof zipFormat.options>[0];
const FORMATS = { 'tar.gz': tarGzFormat, zip: zipFormat, source: sourceFormat, docs: docsFormat };

describe('splitting an archive', () => {
  for (const [key, format] of Object.entries(FORMATS)) {
    for (const option of ['split', 'volume']) {
      it(`is refused as ${option} of ${key}, with the reason`, () => {
        const issue = format.options(KIT).safeParse({ [option]: '2GiB' }).error?.issues[0];
        assert.deepEqual([issue?.path, issue?.message], [[option], 'archives are not split']);
        assert.match(String(issue?.code === 'custom' && issue.params?.hint), /checksum.*resumed.*smaller codec.*several packages/);
      });
    }
  }

  it('is refused by editors as well', () => {
    const json = z.toJSONSchema(zipFormat.options(KIT), { io: 'input' });
    assert.deepEqual(json.properties?.split, { not: {}, description: 'Refused: archives are not split' });
  });
});

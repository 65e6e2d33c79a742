import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createRedactor, type Redactor } from '../src/redact.ts';

function knowing(...values: readonly string[]): Redactor {
  const redactor = createRedactor();
  for (const value of values) redactor.add(value);
  return redactor;
}

const SECRET = 'p@ss/w"örd ~1';
const PEM = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----';

describe('redact', () => {
  const forms: readonly (readonly [string, string])[] = [
    ['as it is', SECRET],
    ['URL-encoded', 'p%40ss%2Fw%22%C3%B6rd%20~1'],
    ['URL-encoded in lower case', 'p%40ss%2fw%22%c3%b6rd%20~1'],
    ['form-encoded', 'p%40ss%2Fw%22%C3%B6rd+~1'],
    ['in JSON', 'p@ss/w\\"örd ~1'],
    ['in ASCII JSON', 'p@ss/w\\"\\u00f6rd ~1'],
    ['in JSON within JSON', 'p@ss/w\\\\\\"örd ~1'],
    ['in base64', 'cEBzcy93IsO2cmQgfj'],
  ];
  for (const [what, form] of forms) it(`hides a value ${what}`, () => assert.equal(knowing(SECRET).redact(`<${form}>`), '<***>'));

  for (const user of ['', 'u', 'us', 'use']) {
    it(`hides it in base64 after ${user.length} bytes`, () => {
      const header = Buffer.from(`${user}:hunter22-and-more!`).toString('base64');
      assert.equal(Buffer.from(knowing('hunter22-and-more').redact(header).replace('***', ''), 'base64').toString().includes('unter'), false);
      assert.match(knowing('hunter22-and-more').redact(header), /\*\*\*/);
    });
  }

  it('hides it in base64url', () => {
    assert.equal(knowing('>>>???>>>').redact(Buffer.from('>>>???>>>').toString('base64url')), '***');
  });

  it('hides each line of a multi-line value', () => {
    assert.equal(knowing(PEM).redact('key MIIEvQIBADANBgkq\r\n  hkiG9w0BAQEFAASC'), 'key ***\r\n  ***');
  });

  it('hides a multi-line value with other line breaks', () => {
    assert.equal(knowing(PEM).redact(`<${PEM.replaceAll('\n', '\r\n')}>`), '<***>');
  });

  describe('of an address', () => {
    const HOOK = 'https://hooks.example.com/services/T0A1B2C3D/B04XYZ789/aBcDeFgHiJkLmNoPqRsTuVwX';

    for (const [what, part] of [
      ['the team', 'T0A1B2C3D'],
      ['the channel', 'B04XYZ789'],
      ['the token', 'aBcDeFgHiJkLmNoPqRsTuVwX'],
    ] as const) {
      it(`hides ${what} alone`, () => assert.equal(knowing(HOOK).redact(`<${part}>`), '<***>'));
      for (const before of ['', 'x', 'xy']) {
        it(`hides ${what} in base64 after ${before.length} bytes`, () => {
          const text = Buffer.from(`${before}${part}`).toString('base64');
          const kept = Buffer.from(knowing(HOOK).redact(text).replace('***', ''), 'base64').toString();
          assert.equal(kept.includes(part.slice(1, -1)), false);
          assert.match(knowing(HOOK).redact(text), /\*\*\*/);
        });
      }
    }

    it('leaves the words of its path alone', () => {
      assert.equal(
        knowing(`${HOOK}/acme-1.2.0/linux-amd64/releases-of-provisioning`).redact('services of acme-1.2.0, linux-amd64, releases-of-provisioning'),
        'services of acme-1.2.0, linux-amd64, releases-of-provisioning',
      );
    });

    it('hides user, password and query, as they are and decoded', () => {
      const redactor = knowing('https://0f1e2d3c4b5a:p%40ss@x.example.com/?sig=abc%2Fdef0123456789&channel=release#tok=Zx9Zx9Zx9Z');
      for (const part of ['0f1e2d3c4b5a', 'p%40ss', 'p@ss', 'abc%2Fdef0123456789', 'abc/def0123456789', 'Zx9Zx9Zx9Z'])
        assert.equal(redactor.redact(`<${part}>`), '<***>');
      assert.equal(redactor.redact('release channel'), 'release channel');
    });

    it('takes one with broken escapes', () => assert.equal(knowing('https://x.example.com/%zz12345678').redact('<%zz12345678>'), '<***>'));
  });

  it('hides overlapping values whole', () => {
    assert.equal(knowing('abcdef', 'defghi').redact('<abcdefghi>'), '<***>');
  });

  it('hides every occurrence', () => {
    assert.equal(knowing('hunter22').redact('hunter22, hunter22'), '***, ***');
  });

  it('leaves other text alone', () => {
    assert.equal(knowing(SECRET, PEM).redact('hello -----'), 'hello -----');
  });

  it('ignores values under four characters and says so', () => {
    const redactor = createRedactor();
    assert.deepEqual([redactor.add('abc'), redactor.add('   \n '), redactor.add('abcd')], [false, false, true]);
    assert.equal(redactor.redact('abc abcd'), 'abc ***');
  });

  it('takes lone surrogates', () => {
    assert.equal(knowing('\ud800secret').redact('<\ud800secret>'), '<***>');
  });

  it('never leaves a known value in any text', () => {
    const value = fc.string({ minLength: 4, unit: fc.constantFrom('a', 'b', '/', '"', '\n', 'é') }).filter((text) => text.trim().length >= 4);
    fc.assert(
      fc.property(
        value,
        fc.string(),
        fc.string(),
        (secret, before, after) =>
          !knowing(secret)
            .redact(before + secret + after)
            .includes(secret),
      ),
    );
  });
});

describe('a redacting stream', () => {
  function through(redactor: Redactor, chunks: readonly string[]): string {
    const stream = redactor.stream();
    return chunks.map((chunk) => stream.write(chunk)).join('') + stream.end();
  }

  it('hides a value cut in two', () => {
    assert.equal(through(knowing('hunter22'), ['a hun', 'ter22 b']), 'a *** b');
  });

  it('passes on what cannot begin a value', () => {
    assert.equal(knowing('hunter22').stream().write('a line\n'), 'a line\n');
  });

  it('holds back only what may begin one', () => {
    const stream = knowing('hunter22').stream();
    assert.deepEqual([stream.write('the hun'), stream.write('dred'), stream.end()], ['the ', 'hundred', '']);
  });

  it('knows values that are added later', () => {
    const redactor = createRedactor();
    const stream = redactor.stream();
    redactor.add('hunter22');
    assert.equal(stream.write('hunter22!'), '***!');
  });

  it('does not grow with a value that overlaps itself', () => {
    assert.equal(through(knowing('aaaa'), Array(1000).fill('a')), '***');
  });

  it('gives the same however the text is cut', () => {
    const letters = fc.constantFrom('a', 'b', 'c');
    const values = fc.array(fc.string({ unit: letters, minLength: 4, maxLength: 6 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(values, fc.array(fc.string({ unit: letters, maxLength: 9 })), (secrets, chunks) => {
        const redactor = knowing(...secrets);
        assert.equal(through(redactor, chunks), redactor.redact(chunks.join('')));
      }),
      { numRuns: 2000 },
    );
  });

  for (const width of [64, 76]) {
    it(`hides base64 wrapped at ${width} characters`, () => {
      const redactor = createRedactor();
      const secret = Array.from({ length: 131 }, (_, index) => String.fromCharCode(33 + ((index * 37) % 90))).join('');
      redactor.add(secret);
      const lines =
        Buffer.from(`${secret}\n`)
          .toString('base64')
          .match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
      const shown = lines.map((line) => redactor.redact(line));
      assert.deepEqual(
        shown.slice(0, -1),
        shown.slice(0, -1).map(() => '***'),
      );
      assert.ok((shown.at(-1) ?? '').length < 10, shown.at(-1));
    });
  }
});

import assert from 'node:assert/strict';
import { sectionOf } from '../src/section.ts';

const TEXT = `# Changelog

## [Unreleased]

- soon

## [1.10.0] - 2026-01-31

### Added

- A flag, see [#12].

\`\`\`md
## [1.0.0]
[#12]: in code
\`\`\`

## v1.1.0 (2025-01-01)

- old

## [1.1.0-rc.1]: https://example.org

- candidate

[#12]: https://example.org/12
[1.10.0]: https://example.org/compare
`;

describe('sectionOf', () => {
  it('ends at the next version, not in code', () => {
    const expected = '### Added\n\n- A flag, see [#12].\n\n```md\n## [1.0.0]\n[#12]: in code\n```\n\n[#12]: https://example.org/12';
    assert.equal(sectionOf(TEXT, '1.10.0'), expected);
  });

  it('knows headings without brackets', () => {
    assert.equal(sectionOf(TEXT, '1.1.0'), '- old');
  });

  it('tells a pre-release from its release', () => {
    assert.equal(sectionOf(TEXT, '1.1.0-rc.1'), '- candidate');
  });

  it('finds what is not released', () => {
    assert.equal(sectionOf(TEXT, 'Unreleased'), '- soon');
  });

  it('finds nothing of other versions', () => {
    assert.equal(sectionOf(TEXT, '1.0.0'), undefined);
    assert.equal(sectionOf('', '1.0.0'), undefined);
  });

  it('leaves definitions of links out of the last section', () => {
    assert.equal(sectionOf('## 1.0.0\n\nText\n\n[1.0.0]: https://example.org\n', '1.0.0'), 'Text');
  });
});

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import type { Message, MessageType } from '../../src/channel.ts';
import type { EffectState } from '../../src/lifecycle/journal-state.ts';
import { type MessageTexts, releaseMessage } from '../../src/lifecycle/notify-message.ts';
import { packageRelease } from '../../src/lifecycle/package-release.ts';
import { notifyProject } from './notify-project.ts';
import type { SessionProject } from './session-project.ts';

const WEB = 'publish: { cdn: { use: web, url: "https://cdn.example.org" }, mirror: { use: web, url: "https://mirror.example.org" } }';

describe('the message of a release', () => {
  let project: SessionProject;

  afterEach(() => project.remove());

  async function message(type: MessageType, publish = WEB, texts: MessageTexts = {}, told: readonly Partial<EffectState>[] = []): Promise<Message> {
    project = notifyProject('{}', publish);
    const states = new Map(told.map((state, index) => [String(index), state as EffectState]));
    return releaseMessage(await project.run(), type, texts, states);
  }

  const TITLES: Readonly<Record<MessageType, string>> = {
    release: 'acme 1.0.0 is released',
    'pre-release': 'acme 1.0.0 is out as a pre-release',
    rollback: 'acme 1.0.0 is withdrawn',
    security: 'acme 1.0.0 fixes a security problem',
    failure: 'acme 1.0.0 could not be released',
  };

  for (const [type, title] of Object.entries(TITLES)) {
    it(`has a title for ${type}`, async () => {
      assert.equal((await message(type as MessageType)).title, title);
    });
  }

  it('takes other words', async () => {
    const { title, body, urgent } = await message('release', WEB, { title: 'Out now', body: '# New', urgent: true });
    assert.deepEqual({ title, body, urgent }, { title: 'Out now', body: '# New', urgent: true });
  });

  it('links what is planned where the first registry serves it', async () => {
    assert.deepEqual((await message('release')).links, [
      { name: 'acme-1.0.0-linux-amd64.txt', url: 'https://cdn.example.org/acme-1.0.0-linux-amd64.txt' },
      { name: 'acme-1.0.0-macos-arm64.txt', url: 'https://cdn.example.org/acme-1.0.0-macos-arm64.txt' },
      { name: 'checksums.sha256', url: 'https://cdn.example.org/checksums.sha256' },
    ]);
  });

  it('links what is made', async () => {
    project = notifyProject('{}', WEB);
    const linux = { filters: { platforms: ['linux'], variants: [], formats: [] } };
    await packageRelease(await project.run(linux), { clean: false });
    const { links } = releaseMessage(await project.run(), 'release');
    assert.deepEqual(
      links.map(({ name }) => name),
      ['acme-1.0.0-linux-amd64.txt', 'checksums.sha256'],
    );
  });

  it('links to registries that are public', async () => {
    const told = [
      { instance: 'cdn', visible: true, state: 'failed' },
      { instance: 'cdn', visible: false, state: 'done' },
      { instance: 'mirror', visible: true, state: 'done' },
    ] as const;
    const { links } = await message('release', WEB, {}, told);
    assert.deepEqual(new Set(links.map(({ url }) => new URL(url).host)), new Set(['mirror.example.org']));
  });

  for (const type of ['rollback', 'failure'] as const) {
    it(`links nothing for ${type}`, async () => {
      assert.deepEqual((await message(type)).links, []);
    });
  }

  for (const url of ['file:///srv', 'https://(userinfo)example.org', 'javascript:alert(1)//', '/srv']) {
    it(`links nothing at ${url}`, async () => {
      assert.deepEqual((await message('release', `publish: { cdn: { use: web, url: "${url}" } }`)).links, []);
    });
  }
});

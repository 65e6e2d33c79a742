import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { accountsSnippet, linkerCache, temporaryFiles } from '../../src/rpm/accounts.ts';
import { changelogProblem, parseChangelog } from '../../src/rpm/changelog.ts';
import { interpreterNeeds, joinScript, parseScript, pretransProblem, scriptProblem, triggerProblem } from '../../src/rpm/script-text.ts';
import { systemdSnippets } from '../../src/rpm/systemd.ts';
import { codeOf, file } from './rpm-package.ts';

const NOTHING = { before: '', after: '' };

describe('a script', () => {
  it('is parted in interpreter and body', () => {
    assert.deepEqual(parseScript('#!/bin/sh\necho\n'), { program: '/bin/sh', args: [], body: 'echo' });
    assert.deepEqual(parseScript('#! /usr/bin/env python3\nprint()'), { program: '/usr/bin/env', args: ['python3'], body: 'print()' });
    assert.deepEqual(parseScript('#!<lua>\nprint(1)'), { program: '<lua>', args: [], body: 'print(1)' });
  });

  it('is refused with what is wrong', () => {
    assert.match(scriptProblem('#!/bin/sh\r\necho\r\n') ?? '', /Windows/);
    assert.match(scriptProblem('echo') ?? '', /does not begin/);
    assert.match(scriptProblem('#!sh\n') ?? '', /does not begin/);
    assert.match(scriptProblem('#!/bin/sh\n\0') ?? '', /NUL/);
    assert.match(pretransProblem('#!/bin/sh\n') ?? '', /lua/);
    assert.match(triggerProblem('#!/bin/sh -e\n') ?? '', /no arguments/);
    assert.equal(pretransProblem('#!<lua>\n'), undefined);
  });

  it('says what it needs, and when', () => {
    assert.deepEqual(interpreterNeeds(parseScript('#!/bin/sh\n'), 0x400), [{ name: '/bin/sh', version: '', flags: 0x500 }]);
    assert.deepEqual(
      interpreterNeeds(parseScript('#!/bin/sh -e\n'), 0x200).map(({ name }) => name),
      ['/bin/sh', 'rpmlib(ScriptletInterpreterArgs)'],
    );
    assert.deepEqual(
      interpreterNeeds(parseScript('#!<lua>\n'), 0x80).map(({ name }) => name),
      ['rpmlib(BuiltinLuaScripts)'],
    );
  });

  it('is joined with ours, whatever its end', () => {
    const { body = '' } = joinScript('post', '#!/bin/sh\necho theirs $1\nexit 0\n', { before: 'echo before\n', after: 'echo after\n' }) ?? {};
    assert.equal(execFileSync('/bin/sh', ['-c', body, 'sh', '2'], { encoding: 'utf8' }), 'before\ntheirs 2\nafter\n');
  });

  it('fails when theirs does', () => {
    const { body = '' } = joinScript('pre', '#!/bin/sh\nexit 3\n', { before: 'echo before\n', after: '' }) ?? {};
    assert.throws(() => execFileSync('/bin/sh', ['-c', body]), { status: 3 });
  });

  it('is left alone when there is nothing of ours', () => {
    assert.equal(joinScript('post', undefined, NOTHING), undefined);
    assert.equal(joinScript('post', '#!/usr/bin/perl\n1;\n', NOTHING)?.body, '1;');
    assert.equal(
      codeOf(() => joinScript('post', '#!/usr/bin/perl\n', { before: 'x', after: '' })),
      'rpm-script',
    );
  });
});

describe('what is done with units', () => {
  const units = [
    { name: "o'hara.service", path: "usr/lib/systemd/system/o'hara.service", installs: true, user: false },
    { name: 'helper.service', path: 'usr/lib/systemd/system/helper.service', installs: false, user: false },
    { name: 'session.service', path: 'usr/lib/systemd/user/session.service', installs: true, user: true },
  ];

  it('is nothing without any', () => {
    assert.deepEqual(systemdSnippets([], { enable: true, start: true, restart: true }), {});
  });

  it('follows presets unless told otherwise', () => {
    const { post } = systemdSnippets(units, { enable: false, start: false, restart: true });
    assert.match(post?.after ?? '', /preset 'o'\\''hara\.service' 'helper\.service'/);
    assert.doesNotMatch(post?.after ?? '', /enable|systemctl start/);
    const told = systemdSnippets(units, { enable: true, start: true, restart: true });
    assert.match(told.post?.after ?? '', /enable 'o'\\''hara\.service' >/);
    assert.match(told.post?.after ?? '', /start 'o'\\''hara\.service' >/);
  });

  it('starts none that is not to be enabled', () => {
    const some = [
      { name: 'on.service', path: 'usr/lib/systemd/system/on.service', installs: true, user: false, enable: true },
      { name: 'off.service', path: 'usr/lib/systemd/system/off.service', installs: true, user: false, enable: false },
    ];
    const { post } = systemdSnippets(some, { enable: true, start: true, restart: true });
    assert.match(post?.after ?? '', /systemctl start 'on\.service' >/);
  });

  it('knows units of users', () => {
    const { post, preun, postun } = systemdSnippets(units, { enable: true, start: true, restart: true });
    assert.match(post?.after ?? '', /install-user-units 'session\.service' \|\| :/);
    assert.match(post?.after ?? '', /--global enable 'session\.service' >/);
    assert.match(preun?.after ?? '', /--global disable 'session\.service' >/);
    assert.match(postun?.after ?? '', /mark-restart-user-units 'session\.service'/);
    assert.doesNotMatch(`${post?.after}${postun?.after}`, /(?:start|try-restart) 'session/);
  });

  it('restarts after an upgrade only when wanted', () => {
    const of = (restart: boolean): string => systemdSnippets(units, { enable: false, start: false, restart }).postun?.after ?? '';
    assert.match(of(true), /"\$1" -ge 1[\s\S]*try-restart/);
    assert.doesNotMatch(of(false), /restart/);
  });

  for (const [fact, owners, unchanged] of [
    ['leaves what a variant takes over as it is', 'acme acme-minimal', true],
    ['disables what no variant takes over', 'acme', false],
  ] as const)
    it(fact, () => {
      const { preun, post } = systemdSnippets(units.slice(0, 1), { enable: true, start: false, restart: true }, ['acme-minimal']);
      const stubs = `rpm() { echo '${owners}'; }; systemctl() { echo "$*" >&3; }`;
      const called = (text: string, times: string): string =>
        execFileSync('/bin/sh', ['-euc', `exec 3>&1\n${stubs}\n${text.replaceAll('/run/systemd/system', '/')}`, 'sh', times], { encoding: 'utf8' });
      const helper = '[ -x /usr/lib/systemd/systemd-update-helper ]';
      const [removed, installed] = [
        called((preun?.after ?? '').replaceAll(helper, 'false'), '0'),
        called((post?.after ?? '').replaceAll(helper, 'false'), '1'),
      ];
      assert.equal(removed, unchanged ? "daemon-reload\ntry-restart o'hara.service\n" : "--no-reload disable --now o'hara.service\n");
      assert.equal(/preset|enable/.test(installed), !unchanged);
    });

  it('is shell that ends well', () => {
    const all = [[], ['acme-minimal', 'acme-full']].flatMap((siblings) =>
      Object.values(systemdSnippets(units, { enable: true, start: true, restart: true }, siblings)),
    );
    for (const { after } of all)
      for (const times of ['0', '1', '2']) execFileSync('/bin/sh', ['-euc', `PATH=/nowhere\n${after}`, 'sh', times], { stdio: 'pipe' });
  });
});

describe('accounts, temporary files and libraries', () => {
  const of = (conf: string): string =>
    accountsSnippet([file('usr/lib/sysusers.d/acme.conf', conf)], { bytes: (source) => ('bytes' in source ? source.bytes : Buffer.alloc(0)) });

  it('are made before files are unpacked', () => {
    const snippet = of('# accounts\nu acme - "Acme daemon" /var/lib/acme\ng acme-log -\n');
    assert.match(snippet, /systemd-sysusers --replace='\/usr\/lib\/sysusers\.d\/acme\.conf' -/);
    assert.match(snippet, /useradd -r -g 'acme' -d '\/var\/lib\/acme' -s '\/sbin\/nologin' 'acme'/);
    assert.match(snippet, /groupadd -r 'acme-log'/);
  });

  it('let nothing out of their quotes', () => {
    const run = (conf: string): string => execFileSync('/bin/sh', ['-c', `PATH=/nowhere\n${of(conf)}`], { encoding: 'utf8' });
    assert.equal(run(`u acme - "'; echo leaked; '" '$(echo leaked)'\nu $(leaked) -\n`), '');
  });

  it('are named by their files', () => {
    assert.equal(temporaryFiles([file('usr/lib/tmpfiles.d/acme.conf')]).includes("--create 'acme.conf'"), true);
    assert.equal(temporaryFiles([file('etc/tmpfiles.d/acme.conf')]), '');
    assert.match(linkerCache([file('usr/lib64/libacme.so.1')]), /ldconfig/);
    assert.equal(linkerCache([file('usr/lib/acme/libacme.so.1')]), '');
  });
});

describe('a changelog', () => {
  const TEXT =
    '* Thu Feb 29 2024 Jane Doe <jane@acme.example> - 1.2.3-1\n- One\n- Two\n\n* Mon Jan  1 2024 Jane Doe <jane@acme.example> - 1.2.2-1\n- Zero\n';

  it('is entries at the noon of their days', () => {
    assert.deepEqual(parseChangelog(TEXT), [
      { time: 1_709_208_000, name: 'Jane Doe <jane@acme.example> - 1.2.3-1', text: '- One\n- Two' },
      { time: 1_704_110_400, name: 'Jane Doe <jane@acme.example> - 1.2.2-1', text: '- Zero' },
    ]);
    assert.equal(changelogProblem(TEXT), undefined);
  });

  it('is refused when it is none', () => {
    for (const bad of ['', 'text', '* Thu Feb 30 2024 Jane\n- x', '* Thu Feb 29 2024 Jane\n', '* Thu Foo 29 2024 Jane\n- x'])
      assert.match(changelogProblem(bad) ?? '', /do not begin/, bad);
    assert.match(changelogProblem(TEXT.split('\n\n').toReversed().join('\n\n')) ?? '', /not in order/);
  });
});

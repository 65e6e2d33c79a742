import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quoted } from '../../src/common/shell.ts';
import { debContents } from '../../src/deb/package.ts';
import { joinScript, scriptProblem } from '../../src/deb/script-text.ts';
import { codeOf, file, type Making, sampleEntries, withContents } from '../package.ts';

const SNIPPETS = { before: 'before\n', after: 'after\n' };
const NOTHING = { before: '', after: '' };

/** The texts of control.tar by name. */
export function controlTexts(making: Making): Promise<Readonly<Record<string, string>>> {
  return withContents(making, (job) =>
    Object.fromEntries(
      debContents(job).control.flatMap((member) =>
        member.type === 'file' && 'bytes' in member.source ? [[member.path, Buffer.from(member.source.bytes).toString()]] : [],
      ),
    ),
  );
}

describe('maintainer scripts', () => {
  it('are not there when there is nothing to run', () => assert.equal(joinScript('preinst', undefined, NOTHING), undefined));

  it('are as they were written when nothing is added', () => {
    assert.equal(joinScript('preinst', '#!/usr/bin/perl\nprint 1;', NOTHING), '#!/usr/bin/perl\nprint 1;\n');
  });

  it('are made where none was written', () => {
    assert.equal(joinScript('postinst', undefined, SNIPPETS), '#!/bin/sh\nset -e\nbefore\nafter\n');
  });

  it('run what was written in a shell of its own', () => {
    assert.equal(joinScript('postinst', '#!/bin/sh\nexit 0\n', SNIPPETS), '#!/bin/sh\nset -e\nbefore\n(\n:\nset +e\nexit 0\n)\nafter\n');
  });

  it('keep the settings of the first line', () => {
    assert.equal(joinScript('postinst', '#!/bin/bash -e\ntrue', SNIPPETS), '#!/bin/bash -e\nset -e\nbefore\n(\n:\ntrue\n)\nafter\n');
  });

  it('take what is added where debhelper would put it', () => {
    assert.equal(joinScript('postinst', "#!/bin/sh\nset -e\n#DEBHELPER#\necho '$&'\n", SNIPPETS), "#!/bin/sh\nset -e\nbefore\nafter\necho '$&'\n");
  });

  it('cannot be added to in another language', () => {
    assert.equal(
      codeOf(() => joinScript('postinst', '#!/usr/bin/perl\n', SNIPPETS)),
      'deb-script',
    );
  });

  for (const [wrong, found] of [
    ['echo', /does not begin/],
    ['#!sh\n', /does not begin/],
    ['#!/bin/sh\r\necho\r\n', /Windows line ends/],
    ['#!/bin/sh\n\0', /NUL/],
  ] as const) {
    it(`refuse ${JSON.stringify(wrong)}`, () => assert.match(scriptProblem(wrong) ?? '', found));
  }
});

describe('shell words', () => {
  it('hold whatever they quote', () => assert.equal(quoted(`a'b$(c)\n"`), `'a'\\''b$(c)\n"'`));
});

/** What the helper is asked by a postrm in a root where the unit is, or is not. */
function callsOfPurge(postrm: string, owned: boolean): string {
  const root = mkdtempSync(join(tmpdir(), 'deb-purge-'));
  const [calls, units] = [join(root, 'calls'), join(root, 'usr/lib/systemd/system')];
  try {
    mkdirSync(units, { recursive: true });
    if (owned) writeFileSync(join(units, 'acme.service'), '');
    writeFileSync(join(root, 'deb-systemd-helper'), `#!/bin/sh\necho "$*" >> ${quoted(calls)}\n`, { mode: 0o755 });
    execFileSync('/bin/sh', ['-c', postrm, 'postrm', 'purge'], { env: { PATH: root, DPKG_ROOT: root } });
    return existsSync(calls) ? readFileSync(calls, 'utf8') : '';
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe('what scripts do for systemd', () => {
  it('enables and starts at first, restarts afterwards', async () => {
    const { postinst } = await controlTexts({});
    assert.equal(
      postinst,
      `#!/bin/sh
set -e
case "$1" in
configure|abort-upgrade|abort-deconfigure|abort-remove)
	deb-systemd-helper unmask 'acme.service' >/dev/null || true
	if deb-systemd-helper --quiet was-enabled 'acme.service'; then
		deb-systemd-helper enable 'acme.service' >/dev/null || true
	else
		deb-systemd-helper update-state 'acme.service' >/dev/null || true
	fi
	if [ -d /run/systemd/system ] && [ -z "\${DPKG_ROOT:-}" ]; then
		systemctl --system daemon-reload >/dev/null || true
		if [ -n "$2" ]; then
			deb-systemd-invoke restart 'acme.service' >/dev/null || true
		else
			deb-systemd-invoke start 'acme.service' >/dev/null || true
		fi
	fi
;;
esac
`,
    );
  });

  it('stops before the removal', async () => {
    const { prerm } = await controlTexts({});
    assert.equal(
      prerm,
      `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ] && [ -z "\${DPKG_ROOT:-}" ]; then
	deb-systemd-invoke stop 'acme.service' >/dev/null || true
fi
`,
    );
  });

  it('forgets the unit when purged', async () => {
    const { postrm } = await controlTexts({});
    assert.equal(
      postrm,
      `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ] && [ -z "\${DPKG_ROOT:-}" ]; then
	systemctl --system daemon-reload >/dev/null || true
fi
if [ "$1" = purge ] && [ -x "$(command -v deb-systemd-helper)" ]; then
	[ -e "\${DPKG_ROOT:-}"'/usr/lib/systemd/system/acme.service' ] || deb-systemd-helper purge 'acme.service' >/dev/null || true
fi
`,
    );
  });

  for (const [fact, owned, calls] of [
    ['forgets no unit that another variant owns by now', true, ''],
    ['forgets a unit that is gone', false, 'purge acme.service\n'],
  ] as const)
    it(fact, async () => assert.equal(callsOfPurge((await controlTexts({})).postrm ?? '', owned), calls));

  it('neither enables, starts nor restarts when told so', async () => {
    const { postinst = '' } = await controlTexts({ options: { systemd: { enable: false, start: false, restart: false } } });
    assert.match(postinst, /if deb-systemd-helper debian-installed 'acme.service'/);
    assert.equal(/ (?:start|restart) /.test(postinst), false);
  });

  it('leaves templates and units without [Install] alone', async () => {
    const entries = [
      file('lib/systemd/system/acme@.service', '[Install]\n', { role: 'service' }),
      file('lib/systemd/system/once.service', '[Service]\n', { role: 'service' }),
    ];
    const { postinst = '', prerm = '' } = await controlTexts({ entries });
    assert.equal(/acme@|once/.test(postinst), false);
    assert.match(prerm, /stop 'once.service'/);
  });

  it('enables the units of users, and starts none', async () => {
    const entries = [file('lib/systemd/user/acme.service', '[Install]\n', { role: 'service' })];
    const { postinst, prerm, postrm } = await controlTexts({ entries });
    assert.equal(
      postinst,
      `#!/bin/sh
set -e
case "$1" in
configure|abort-upgrade|abort-deconfigure|abort-remove)
	deb-systemd-helper --user unmask 'acme.service' >/dev/null || true
	if deb-systemd-helper --user --quiet was-enabled 'acme.service'; then
		deb-systemd-helper --user enable 'acme.service' >/dev/null || true
	else
		deb-systemd-helper --user update-state 'acme.service' >/dev/null || true
	fi
;;
esac
`,
    );
    assert.equal(prerm, undefined);
    assert.match(postrm ?? '', /user\/acme\.service' \] \|\| deb-systemd-helper --user purge 'acme.service'/);
  });

  it('is nothing without units', async () => {
    const { postinst, prerm, postrm } = await controlTexts({ entries: [file('bin/acme', 'x', { mode: 0o755, role: 'binary' })] });
    assert.deepEqual([postinst, prerm, postrm], [undefined, undefined, undefined]);
  });
});

describe('what scripts do for accounts and files', () => {
  const entries = [
    file('lib/sysusers.d/acme.conf', 'u acme - "Acme"\n'),
    file('lib/tmpfiles.d/acme.conf', 'd /run/acme 0750 acme acme\n'),
    file("var/lib/acme/it's", 'x', { owner: 'acme', group: 'acme', mode: 0o2750 }),
  ];

  it('makes accounts before owners, tells where from', async () => {
    const { postinst, control = '' } = await controlTexts({ entries });
    assert.equal(
      postinst,
      `#!/bin/sh
set -e
if [ "$1" = configure ]; then
	systemd-sysusers \${DPKG_ROOT:+--root="$DPKG_ROOT"} 'acme.conf'
	if [ -z "\${DPKG_ROOT:-}" ] && ! dpkg-statoverride --list '/var/lib/acme/it'\\''s' >/dev/null 2>&1; then
		chown 'acme:acme' '/var/lib/acme/it'\\''s'
		chmod 2750 '/var/lib/acme/it'\\''s'
	fi
	if [ -x "$(command -v systemd-tmpfiles)" ]; then
		systemd-tmpfiles \${DPKG_ROOT:+--root="$DPKG_ROOT"} --create 'acme.conf' || true
	fi
fi
`,
    );
    assert.match(control, /^Depends: systemd \| systemd-standalone-sysusers \| systemd-sysusers$/m);
  });

  it('sets capabilities where the system can', async () => {
    const { postinst = '' } = await controlTexts({ options: { capabilities: { '/usr/bin/acme': 'cap_net_bind_service+ep' } } });
    assert.match(postinst, /setcap 'cap_net_bind_service\+ep' "\$\{DPKG_ROOT:-\}"'\/usr\/bin\/acme' \|\| echo/);
  });

  it('refuses capabilities of what is not there', async () => {
    await assert.rejects(controlTexts({ options: { capabilities: { '/usr/bin/other': 'cap_chown=p' } } }), { code: 'deb-capability' });
  });

  it('runs the user in the middle', async () => {
    const { postinst = '' } = await controlTexts({
      entries: [...entries, ...sampleEntries()],
      options: { scripts: { postinst: '#!/bin/sh\nown\n' } },
    });
    const places = ['systemd-sysusers', 'own', 'deb-systemd-helper'].map((text) => postinst.indexOf(text));
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
  });
});

describe('other control files', () => {
  it('list conffiles of /etc and those named', async () => {
    const entries = [file('etc/a.conf', '1'), file('share/b.conf', '2')];
    const { conffiles, md5sums } = await controlTexts({ entries, options: { conffiles: ['/usr/share/b.conf'], removeOnUpgrade: ['/etc/old.conf'] } });
    assert.equal(conffiles, '/etc/a.conf\n/usr/share/b.conf\nremove-on-upgrade /etc/old.conf\n');
    assert.equal(/conf$/m.test(md5sums ?? ''), false);
  });

  it('list conffiles with blanks, but at the end', async () => {
    const { conffiles } = await controlTexts({ entries: [file('etc/a b.conf', '1'), file('etc/c ', '2')] });
    assert.equal(conffiles, '/etc/a b.conf\n');
  });

  it('refuse a conffile that is not there', async () => {
    await assert.rejects(controlTexts({ options: { conffiles: ['/etc/none'] } }), { code: 'deb-conffile' });
  });

  it('refuse to remove what is there', async () => {
    await assert.rejects(controlTexts({ options: { removeOnUpgrade: ['/etc/acme/acme.toml'] } }), { code: 'deb-conffile' });
  });

  it('hold triggers of all kinds', async () => {
    const kinds = ['interest', 'interestAwait', 'interestNoawait', 'activate', 'activateAwait', 'activateNoawait'];
    const { triggers } = await controlTexts({ options: { triggers: Object.fromEntries(kinds.map((kind) => [kind, [`t-${kind}`]])) } });
    assert.equal(
      triggers,
      'interest t-interest\ninterest-await t-interestAwait\ninterest-noawait t-interestNoawait\nactivate t-activate\nactivate-await t-activateAwait\nactivate-noawait t-activateNoawait\n',
    );
  });

  it('tell the linker of libraries', async () => {
    const entries = [file('lib/libacme.so.1', 'x', { role: 'library' })];
    assert.equal((await controlTexts({ entries })).triggers, 'activate-noawait ldconfig\n');
  });

  it('list md5sums as md5sum does', async () => {
    const { md5sums = '' } = await controlTexts({ entries: [file('share/acme/hello', 'hello\n')] });
    assert.match(md5sums, /^b1946ac92492d2347c6235b4d2611184 {2}usr\/share\/acme\/hello$/m);
  });
});

describe('questions', () => {
  const templates = 'Template: acme/level\nType: string\nDescription: Level?\n';

  it('come with what asks them, and are forgotten when purged', async () => {
    const options = { templates, scripts: { config: '#!/bin/sh\nset -e\n. /usr/share/debconf/confmodule\n' } };
    const texts = await controlTexts({ entries: [file('bin/acme', 'x', { mode: 0o755, role: 'binary' })], options });
    assert.deepEqual([texts.templates, texts.config], [templates, options.scripts.config]);
    assert.match(texts.control ?? '', /^Depends: debconf \(>= 0\.5\) \| debconf-2\.0$/m);
    assert.equal(
      texts.postrm,
      `#!/bin/sh
set -e
if [ "$1" = purge ] && [ -e /usr/share/debconf/confmodule ]; then
	. /usr/share/debconf/confmodule
	db_purge
fi
`,
    );
  });
});

/** What debhelper's dh_installdebconf adds for packages that ask questions. */

export const DEBCONF_DEPENDS = 'debconf (>= 0.5) | debconf-2.0';

/** Comes first: the module starts the script anew below its frontend. */
export const DEBCONF_PURGE: string = `if [ "$1" = purge ] && [ -e /usr/share/debconf/confmodule ]; then
	. /usr/share/debconf/confmodule
	db_purge
fi
`;

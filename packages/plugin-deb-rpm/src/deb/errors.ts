import { DistError, EXIT } from '@provisioning-dist/core';

/** What keeps a deb from being made; each text says the value and what was found. */

export function badPackageName(name: string): DistError {
  return new DistError('deb-name', `Cannot name a deb "${name}": Debian takes two or more of a-z, 0-9, "+", "-" and ".", a letter or digit first`, {
    exit: EXIT.usage,
    hint: 'give the instance another name: package: my-tool',
  });
}

export function badVersion(version: string, found: string): DistError {
  return new DistError('deb-version', `Cannot use "${version}" as a version of a deb: ${found}`, { exit: EXIT.usage });
}

export function noArchitecture(platform: string): DistError {
  return new DistError('deb-architecture', `Cannot make a deb for "${platform}": Debian has no name for it`, {
    exit: EXIT.usage,
    hint: 'give the platform its name in Debian: { name, os: linux, cpu, deb: … }, or leave it out with "platforms"',
  });
}

export function pathTaken(path: string, first: string, second: string): DistError {
  return new DistError('deb-path-taken', `Cannot package "${second}": "${first}" is installed as "/${path}" too`, {
    where: { subject: second },
    hint: 'change "to" of one of the rules, or "paths" of the deb',
  });
}

export function badPath(path: string, found: string): DistError {
  return new DistError('deb-path', `Cannot package "${path}": ${found}`, { where: { subject: path } });
}

export function notAFolder(path: string, below: string): DistError {
  return new DistError('deb-path-taken', `Cannot package "/${below}": "/${path}" above it is no directory`, { where: { subject: path } });
}

export function conffileMissing(path: string): DistError {
  return new DistError('deb-conffile', `Cannot make "${path}" a conffile: the package holds no such file`, {
    exit: EXIT.usage,
    where: { subject: path },
    hint: 'write the path as it is installed: /etc/tool/tool.toml',
  });
}

export function conffileShipped(path: string): DistError {
  return new DistError('deb-conffile', `Cannot remove "${path}" on upgrade: the package still holds it`, {
    exit: EXIT.usage,
    where: { subject: path },
  });
}

export function capabilityWithoutFile(path: string): DistError {
  return new DistError('deb-capability', `Cannot give capabilities to "${path}": the package holds no such file`, {
    exit: EXIT.usage,
    where: { subject: path },
    hint: 'write the path as it is installed: /usr/bin/tool',
  });
}

export function foreignInterpreter(script: string, interpreter: string): DistError {
  return new DistError('deb-script', `Cannot add to ${script}: it is run by "${interpreter}", and services, users or capabilities need a shell`, {
    exit: EXIT.usage,
    hint: 'begin it with #!/bin/sh',
  });
}

export function memberTooLarge(name: string, size: number): DistError {
  return new DistError('deb-too-large', `Cannot package "${name}": it has ${size} bytes, more than the ten digits of an ar header tell`, {
    hint: 'take a stronger codec, or several packages by "components"',
  });
}

import { DistError, EXIT } from '@provisioning-dist/core';

/** What keeps an rpm from being made; each text says the value and what was found. */

export function badPackageName(name: string): DistError {
  return new DistError('rpm-name', `Cannot name an rpm "${name}": rpm takes A-Z, a-z, 0-9, ".", "_", "+" and "-", a letter, digit or "_" first`, {
    exit: EXIT.usage,
    hint: 'give the instance another name: package: my-tool',
  });
}

export function badVersion(version: string): DistError {
  return new DistError('rpm-version', `Cannot use "${version}" as a version of an rpm: it is not a semantic version`, { exit: EXIT.usage });
}

export function noArchitecture(platform: string): DistError {
  return new DistError('rpm-architecture', `Cannot make an rpm for "${platform}": rpm has no name for it`, {
    exit: EXIT.usage,
    hint: 'give the platform its name in rpm: { name, os: linux, cpu, rpm: … }, or leave it out with "platforms"',
  });
}

export function pathTaken(path: string, first: string, second: string): DistError {
  return new DistError('rpm-path-taken', `Cannot package "${second}": "${first}" is installed as "/${path}" too`, {
    where: { subject: second },
    hint: 'change "to" of one of the rules, or "paths" of the rpm',
  });
}

export function notAFolder(path: string, below: string): DistError {
  return new DistError('rpm-path-taken', `Cannot package "/${below}": "/${path}" above it is no directory`, { where: { subject: path } });
}

export function badPath(path: string, found: string): DistError {
  return new DistError('rpm-path', `Cannot package ${JSON.stringify(path)}: ${found}`, { where: { subject: path } });
}

/** `what`: flags, capabilities. */
export function nothingThere(what: string, path: string): DistError {
  return new DistError('rpm-no-file', `Cannot give ${what} to "${path}": the package holds no such path`, {
    exit: EXIT.usage,
    where: { subject: path },
    hint: 'write the path as it is installed: /usr/bin/tool',
  });
}

export function ghostShipped(path: string): DistError {
  return new DistError('rpm-ghost', `Cannot make "${path}" a ghost: the package holds it`, { exit: EXIT.usage, where: { subject: path } });
}

export function foreignInterpreter(script: string, interpreter: string): DistError {
  return new DistError('rpm-script', `Cannot add to ${script}: it is run by "${interpreter}", and services, users or libraries need a shell`, {
    exit: EXIT.usage,
    hint: 'begin it with #!/bin/sh',
  });
}

export function headerTooLarge(found: string): DistError {
  return new DistError('rpm-too-large', `Cannot package as rpm: a header would hold ${found}, more than rpm reads`, {
    hint: 'make several packages by "components"',
  });
}

export function cannotSign(id: string, found: string): DistError {
  return new DistError('rpm-signature', `Cannot sign an rpm with "${id}": ${found}`, { exit: EXIT.usage });
}

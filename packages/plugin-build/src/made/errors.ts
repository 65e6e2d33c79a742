import { DistError, EXIT, type Finding, type Platform } from '@provisioning-dist/core';
import type { ObjectHead } from '../object/head.ts';

export function wrongPlatform(name: string, { format, systems, cpus }: ObjectHead, platform: Platform): DistError {
  const found = `${format} for ${systems.join(' or ') || 'another system'} on ${cpus.join(' and ')}`;
  return new DistError('build-wrong-platform', `Cannot use ${JSON.stringify(name)} for ${platform.name}: it is ${found}`, {
    hint: 'the builder made it for another platform; "check: false" accepts it',
  });
}

export function madeNothing(what: string, platform: Platform): DistError {
  return new DistError('build-made-nothing', `Cannot build ${platform.name}: ${what}`, { hint: 'the build log holds what the program said' });
}

export function noColumn(column: 'rust' | 'go', platform: Platform): DistError {
  return new DistError('build-no-target', `Cannot build ${platform.name}: the platform has no "${column}" name`, {
    exit: EXIT.usage,
    hint: `give the platform a "${column}" under "platforms:", or leave it out with "platforms:" beside the builder`,
  });
}

export function badOutput(path: string): DistError {
  return new DistError('build-output-path', `Cannot build in or take ${JSON.stringify(path)}: it leads out of the project`, {
    exit: EXIT.usage,
    hint: 'folders and outputs are paths below the project; links are followed',
  });
}

export function outputTwice(name: string): DistError {
  return new DistError('build-output-twice', `Cannot collect ${JSON.stringify(name)}: two outputs have this name`, {
    hint: 'choose programs by name, or build them with two builders for different platforms',
  });
}

export function missing(subject: string, message: string, hint: string): Finding {
  return { level: 'error', code: 'build-tool-missing', subject, message, hint };
}

export function notUniversal(name: string, platform: Platform, state: string): DistError {
  return new DistError('build-not-universal', `Cannot join ${JSON.stringify(name)} for ${platform.name}: ${state}`, {
    hint: 'both CPUs must build the same programs',
  });
}

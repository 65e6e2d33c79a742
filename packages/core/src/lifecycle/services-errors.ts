import type { Position, ServiceConfig } from '../config/config.ts';
import { quote, whereOf } from '../config/errors.ts';
import { positionOf } from '../config/position.ts';
import { DistError, EXIT } from '../errors.ts';
import { suggestion } from '../model/suggest.ts';

export function serviceProgram(service: ServiceConfig, program: string, state: string, known: readonly string[] = []): DistError {
  const near = suggestion(program, known) ?? known.find((path) => path.endsWith(`/${program}`));
  return problem('service-program', `Cannot run ${quote(program)} as service "${service.name}": ${state}`, positionOf(service, 'exec'), {
    hint: near === undefined ? 'name a program by its path in the distribution, such as bin/x, or by an absolute path' : `did you mean "${near}"?`,
  });
}

export function relativePath(at: Position, name: string, { key, path }: { readonly key: string; readonly path: string }): DistError {
  return problem('service-path', `Cannot use ${quote(path)} as ${key} of service "${name}": it is not absolute`, at);
}

export function unmadeFolder(at: Position, { name, scope }: ServiceConfig, dir: string): DistError {
  const [state, hint] =
    scope === 'user'
      ? ['each user has another one', `the service finds it in its environment as ${dir.toUpperCase()}_DIRECTORY`]
      : ['nothing makes that folder', `write "dirs: { ${dir}: true }" beside it`];
  return problem('service-dir', `Cannot fill {${dir}} of service "${name}": ${state}`, at, { hint });
}

export function noServices({ name, at }: ServiceConfig, manager: string): DistError {
  return problem('service-manager', `Cannot make a service of "${name}" for ${manager}: no plugin knows it`, at, {
    hint: 'name the package that provides it under "plugins:"',
  });
}

function problem(code: string, message: string, at: Position, { hint }: { readonly hint?: string } = {}): DistError {
  return new DistError(code, message, { exit: EXIT.usage, where: whereOf(at), ...(hint === undefined ? {} : { hint }) });
}

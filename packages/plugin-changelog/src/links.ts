import type { ChangelogOptions } from './options.ts';
import { fill } from './template.ts';

/** Addresses of what notes speak of; undefined where there is none. */
export interface Links {
  readonly commit: (id: string) => string | undefined;
  readonly compare: (from: string, to: string) => string | undefined;
  readonly issue: (reference: string) => string | undefined;
}

interface Templates {
  readonly commit?: string | undefined;
  readonly compare?: string | undefined;
  readonly issue?: string | undefined;
}

export function linksOf({ links, issues }: ChangelogOptions, remote: string | undefined): Links {
  const templates: Templates = links === false ? {} : { ...forgeTemplates(remote), ...(links === true ? {} : links) };
  const repository = repositoryOf(remote)?.path ?? '';
  return {
    commit: (commit) => filled(templates.commit, { commit }),
    compare: (from, to) => filled(templates.compare, { from, to }),
    issue: (reference) => {
      const own = issues.find(({ pattern }) => pattern.exec(reference)?.[0] === reference);
      if (own) return filled(own.url, { issue: reference });
      const [, other, issue] = /^(.*)#(\d+)$/.exec(reference) ?? [];
      return issue === undefined ? undefined : filled(templates.issue, { issue, repository: other || repository });
    },
  };
}

function filled(template: string | undefined, values: Readonly<Record<string, string>>): string | undefined {
  if (template === undefined) return undefined;
  const encoded = Object.entries(values).map(([name, value]) => [name, encodeURIComponent(value).replaceAll('%2F', '/').replace(/[()]/g, hex)]);
  return fill(template, Object.fromEntries(encoded));
}

/** Markdown would end the address at them. */
function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

interface Repository {
  readonly host: string;
  /** `owner/name`, or a longer path. */
  readonly path: string;
}

/** Of `https://host/owner/name.git`, `ssh://git@host/owner/name` and `git@host:owner/name`. */
function repositoryOf(remote: string | undefined): Repository | undefined {
  const url = remote?.replace(/^(?:[\w.-]+@)?([\w.-]+):(?!\/\/|\d+\/)/, 'ssh://$1/');
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol, hostname, pathname } = new URL(url);
  const path = pathname.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  return /^(?:https?|ssh|git|git\+ssh):$/.test(protocol) && /^[\w.~%-]+(?:\/[\w.~%-]+)+$/.test(path) ? { host: hostname, path } : undefined;
}

/** Only hosts whose addresses are known; others are told by `links`. */
function forgeTemplates(remote: string | undefined): Templates {
  const repository = repositoryOf(remote);
  if (repository === undefined) return {};
  const { host, path } = repository;
  const base = `https://${host}/${path}`;
  const any = `https://${host}/{repository}`;
  if (host === 'gitlab.com')
    return { commit: `${base}/-/commit/{commit}`, compare: `${base}/-/compare/{from}...{to}`, issue: `${any}/-/issues/{issue}` };
  if (host === 'github.com' || host === 'codeberg.org' || host === 'gitea.com')
    return { commit: `${base}/commit/{commit}`, compare: `${base}/compare/{from}...{to}`, issue: `${any}/issues/{issue}` };
  return {};
}

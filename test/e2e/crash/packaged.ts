import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Ran, run, succeed } from '../cli.ts';
import type { Project, Sandbox } from '../project.ts';
import { CONFIG, configText, smallProject } from '../small-project.ts';
import type { Place } from './servers.ts';

/** Packaged once, published many times: copies of one project that publish into places of their own. */
export interface Packaged {
  /** A copy with the place's configuration. */
  readonly copy: (place: Place) => Copy;
}

export interface Copy {
  readonly project: Project;
  readonly place: Place;
  /** One effect at a time. `crash`: the point to die at, or where to list the points. */
  readonly run: (args: readonly string[], crash?: number | `log:${string}`) => Promise<Ran>;
  /** As above; throws unless it ends well. */
  readonly succeed: (...args: readonly string[]) => Promise<Ran>;
  /** As if this machine had never seen the release. */
  readonly forget: () => Promise<void>;
}

export async function packageOnce(box: Sandbox, version: string): Promise<Packaged> {
  const sections = { version: `version: ${version}`, variants: 'variants: {}', platforms: 'platforms: [linux-amd64]' };
  const packaged = box.project(smallProject(sections));
  await succeed(packaged, ['package']);
  return {
    copy: (place) => {
      const project = box.project({});
      cpSync(packaged.root, project.root, { recursive: true });
      project.write({ [CONFIG]: configText({ ...sections, publish: place.publish }) });
      const env = { ...place.env, PROVISIONING_DIST_SLOTS: '1' };
      return {
        ...{ project, place },
        run: (args, crash) => run(project, args, { env: { ...env, ...(crash !== undefined && { PROVISIONING_DIST_CRASH: String(crash) }) } }),
        succeed: (...args) => succeed(project, args, { env }),
        forget: async () => {
          rmSync(project.path('.provisioning-dist'), { recursive: true, force: true });
          await place.forgetJournal();
        },
      };
    },
  };
}

/** Names of the points a command comes to. */
export async function pointsOf(copy: Copy, args: readonly string[]): Promise<readonly string[]> {
  const file = join(copy.project.home, 'points');
  const { exit, stderr } = await copy.run(args, `log:${file}`);
  if (exit !== 0) throw new Error(`Cannot list the points of ${args.join(' ')}: exit ${exit}\n${stderr}`);
  return readFileSync(file, 'utf8').split('\n').filter(Boolean);
}

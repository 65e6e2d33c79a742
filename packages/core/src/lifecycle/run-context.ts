import type { ContentStore } from '@provisioning-dist/payload';
import type { BuildItem, ProductConfig } from '../config/config.ts';
import type { Log } from '../effect.ts';
import type { AnyFacts } from '../facts.ts';
import type { Host } from '../host.ts';
import type { Http } from '../http.ts';
import type { KeyHandle, KeyJob } from '../key.ts';
import type { ArtifactSet } from '../model/artifact-set.ts';
import type { Plan } from '../model/plan.ts';
import type { Report } from '../report/report.ts';
import type { ResolvedChannel } from './channels.ts';
import type { ResolvedKey } from './keys.ts';
import type { ResolvedPackage } from './plan.ts';
import type { ResolvedRegistry } from './registries.ts';
import type { Selection } from './selection.ts';
import type { TempFolders } from './temp.ts';
import type { ResolvedValidator } from './validators.ts';

/** What every phase of one run over one product needs; made by session.ts, never changed afterwards. */
export interface RunContext {
  readonly host: Host;
  readonly product: ProductConfig;
  readonly plan: Plan;
  /** The version is the tag at HEAD, and the work tree has changes the tag does not. */
  readonly dirty: boolean;
  readonly packages: readonly ResolvedPackage[];
  readonly registries: readonly ResolvedRegistry[];
  readonly keys: readonly ResolvedKey[];
  readonly validators: readonly ResolvedValidator[];
  readonly channels: readonly ResolvedChannel[];
  /** What fills the release's notes and changes; absent without `changelog:`. */
  readonly facts?: { readonly definition: AnyFacts; readonly options: unknown };
  /** `job.key(id)`. */
  readonly key: (id: string) => KeyHandle;
  readonly keyJob: (key: ResolvedKey) => KeyJob<unknown>;
  readonly http: Http;
  /** Lets only safe methods through. */
  readonly dryHttp: Http;
  /** Steps and instances that run, by `--skip` and `--only`. */
  readonly selection: Selection;
  readonly builderOptions: (item: BuildItem) => unknown;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly log: (source: string) => Log;
  readonly redact: (text: string) => string;
  readonly tmp: TempFolders;
  /** Finished artifacts, growing as the run goes. */
  readonly artifacts: ArtifactSet;
  /** Opened on first use; one per run. */
  readonly store: () => Promise<ContentStore>;
  /** Cells packaged at the same time. */
  readonly jobs: number;
  readonly outputDir: string;
  /** Folder of the release's journal, lock and record. */
  readonly stateDir: string;
}

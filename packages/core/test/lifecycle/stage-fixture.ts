import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ContentRule, ProductConfig, VariantConfig } from '../../src/config/config.ts';
import { DistError, DistErrors } from '../../src/errors.ts';
import { type StageInput, stageDistribution } from '../../src/lifecycle/stage.ts';
import type { Distribution } from '../../src/model/distribution.ts';
import type { Entry } from '../../src/model/entry.ts';
import type { Platform } from '../../src/model/platform.ts';
import { PLATFORMS } from '../../src/model/platform-table.ts';

/** A project in a temporary folder, and staging it in one call. */
export class Project {
  readonly root: string = realpathSync(mkdtempSync(join(tmpdir(), 'stage-')));

  /** Writes files, parents included; gives the project for chaining. */
  files(contents: Readonly<Record<string, string | Uint8Array>>): this {
    for (const [path, content] of Object.entries(contents)) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      writeFileSync(join(this.root, path), content);
    }
    return this;
  }

  path(path: string): string {
    return join(this.root, path);
  }

  stage(rules: readonly Partial<ContentRule>[], options: StageOptions = {}): Distribution {
    const contents = rules.map((rule, index) => ruleOf(rule, index));
    const variants = new Map(Object.entries(options.variants ?? {}));
    const { os = 'linux', variant, outputs = [], template = (text: string) => text } = options;
    return stageDistribution({
      product: productOf(this.root, contents, variants),
      release: RELEASE,
      platform: platform(os),
      variant,
      outputs,
      template,
    });
  }

  /** Codes and messages of what staging complains about. */
  complaints(rules: readonly Partial<ContentRule>[], options: StageOptions = {}): readonly string[] {
    try {
      this.stage(rules, options);
    } catch (error) {
      if (error instanceof DistErrors) return error.errors.map(textOf);
      if (error instanceof DistError) return [textOf(error)];
      throw error;
    }
    return [];
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

export interface StageOptions {
  readonly os?: string;
  readonly variant?: string;
  readonly variants?: Readonly<Record<string, VariantConfig>>;
  readonly outputs?: StageInput['outputs'];
  readonly template?: StageInput['template'];
}

const RELEASE = { product: 'acme', name: 'acme', version: '1.0.0', snapshot: false, date: 0 } as const;

export function platform(os: string): Platform | undefined {
  return PLATFORMS.find((row) => row.os === os);
}

export function pathsOf({ entries }: Distribution): readonly string[] {
  return entries.map(({ path }) => path);
}

export function entryAt({ entries }: Distribution, path: string): Entry | undefined {
  return entries.find((entry) => entry.path === path);
}

function textOf({ code, message }: DistError): string {
  return `${code}: ${message}`;
}

function ruleOf(rule: Partial<ContentRule>, index: number): ContentRule {
  const at = { file: 'dist.yaml', line: index + 10, key: `contents[${index}]` };
  return { type: 'file', to: './', component: 'main', exclude: [], eol: 'auto', optional: false, at, ...rule };
}

function productOf(root: string, contents: readonly ContentRule[], variants: ReadonlyMap<string, VariantConfig>): ProductConfig {
  const paths = { packages: join(root, 'packages'), dist: join(root, 'dist'), state: join(root, '.provisioning-dist') };
  const lists = { platforms: [], build: [], packages: [], publish: [], sign: [], validate: [], notify: [], services: [], hooks: {} };
  return { product: 'acme', name: 'acme', version: '1.0.0', tagPrefix: '', root, ...lists, variants, contents, paths };
}

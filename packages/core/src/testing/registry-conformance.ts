import type { ConformanceCase } from './conformance.ts';
import { crashCases } from './registry-crash-cases.ts';
import { lookCases } from './registry-look-cases.ts';
import { publishCases } from './registry-publish-cases.ts';
import type { RegistryConformance, RegistryWorld } from './registry-spec.ts';
import { undoCases } from './registry-undo-cases.ts';

/** What every registry must do; what it does not offer (`current`, `verify`, `record`, ways back) is not asked for. */
export function registryConformance<Options, World extends RegistryWorld<Options>>(
  spec: RegistryConformance<Options, World>,
): readonly ConformanceCase[] {
  return [...publishCases(spec), ...lookCases(spec), ...undoCases(spec), ...crashCases(spec)];
}

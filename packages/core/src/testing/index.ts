/** For the tests of plugins: what every registry, channel, key and format must do, and a server that fails as it is told. */

export { type TestArtifact, testArtifacts, testRelease, writeArtifacts } from './artifacts.ts';
export type { ChannelSpec as ChannelConformance, ChannelWorld } from './channel-bench.ts';
export { channelConformance } from './channel-conformance.ts';
export { type ConformanceCase, describeConformance, type MochaLike } from './conformance.ts';
export { type Fault, type FaultScript, faults } from './faults.ts';
export type { FormatSpec as FormatConformance } from './format-bench.ts';
export { formatConformance } from './format-conformance.ts';
export { directory, file, sampleEntries, symlink } from './format-entries.ts';
export { type KeySpec as KeyConformance, keyConformance } from './key-conformance.ts';
export { registryConformance } from './registry-conformance.ts';
export type { RegistryConformance, RegistryWorld, Tampering } from './registry-spec.ts';
export { CANARY, canariesIn, testSecret } from './secret.ts';
export { type LoggedRequest, startServer, type TestServer, type TestServerOptions } from './server.ts';
export type { ObjectAnswer, ObjectRequest, ServerObject } from './server-objects.ts';

/**
 * The contract with plugins, all of it: what is exported here is frozen since version 1 of the API and grows by additions only.
 * `test/golden/contract.d.ts.txt` holds every declaration; a test compares.
 */

export type { AnyChannel, ChannelDefinition, ChannelJob, Message, MessageType } from './channel.ts';
export { defineChannel, MESSAGE_TYPES } from './channel.ts';
export type { AnyEffect, Effect, EffectContext, Log } from './effect.ts';
export { defineEffect } from './effect.ts';
export type { DistErrorOptions, ExitCode, Where } from './errors.ts';
export { DistError, DistErrors, EXIT } from './errors.ts';
export type { AnyFacts, FactsDefinition, FactsJob, HistoryCommit, HistoryRange } from './facts.ts';
export { defineFacts } from './facts.ts';
export type { BeforeBuildJob, HookFacade, KeyedHook, PackageAnswer, SeriesHook, StageJob, TapOptions } from './hooks.ts';
export type { Http, HttpFile, HttpRequest, HttpResponse, HttpTls } from './http.ts';
export type {
  BuildJob,
  BuildOutput,
  BuildStep,
  Cell,
  ExecOptions,
  ExecResult,
  FormatJob,
  JobBase,
  JournaledEffect,
  LayoutMember,
  NameJob,
  ReadView,
  RegistryJob,
  RegistryView,
  RollbackJob,
  RollbackMode,
  SelectJob,
  SignJob,
  ValidateJob,
} from './jobs.ts';
export type {
  AnyKey,
  CmsOptions,
  DetachedDefinition,
  KeyDefinition,
  KeyHandle,
  KeyInfo,
  KeyJob,
  OpenPgpOptions,
  RawOptions,
  SignedData,
  SignedFile,
} from './key.ts';
export { defineKey } from './key.ts';
export type { Artifact, ArtifactFilter, ArtifactKind, ArtifactRef, Scope } from './model/artifact.ts';
export type { Change } from './model/change.ts';
export type { CommitMessage } from './model/commit-message.ts';
export { parseCommitMessage } from './model/commit-message.ts';
export type { Distribution } from './model/distribution.ts';
export type { DirectoryEntry, Entry, FileEntry, Role, SymlinkEntry } from './model/entry.ts';
export { ROLES } from './model/entry.ts';
export type { Finding } from './model/finding.ts';
export type { Os, Platform } from './model/platform.ts';
export type { Release } from './model/release.ts';
export type { Service, ServiceDir, ServiceHardening, ServiceLimits, ServiceRestart, ServiceSchedule } from './model/service.ts';
export type { VariantGlobs } from './model/variant.ts';
export { variantTest } from './model/variant.ts';
export type { BuilderDefinition, FormatDefinition, OptionsKit, Plugin, ReadSource, RegistryDefinition, Secret } from './plugin.ts';
export { API_VERSION, defineBuilder, defineFormat, definePlugin, defineRegistry } from './plugin.ts';
export type { ServiceFile, ServiceFiles, ServicePlace, ServicesDefinition } from './services.ts';
export { defineServices } from './services.ts';
export type { AnyValidator, ValidatorDefinition, ValidatorJob } from './validator.ts';
export { defineValidator } from './validator.ts';

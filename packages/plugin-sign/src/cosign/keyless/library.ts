/** What checks keyless signatures, CommonJS: named here, so that a bundler finds the names. Loaded by those who do. */
export { bundleFromJSON } from '@sigstore/bundle';
export { TrustedRoot } from '@sigstore/protobuf-specs';
export { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';

import { DistError, EXIT } from '@provisioning-dist/core';

/** None of these texts may hold a part of a token. */

export function tokenUnusable(id: string, state: string): DistError {
  return new DistError('identity-token', `Cannot sign with "${id}": its identity token ${state}`, {
    exit: EXIT.preflight,
    hint: 'give a fresh one: identityToken: { env: SIGSTORE_ID_TOKEN }',
  });
}

export function noToken(id: string): DistError {
  return new DistError('secret-missing', `Cannot sign with "${id}": there is no identity token`, {
    exit: EXIT.preflight,
    hint: 'GitHub Actions gives one with "permissions: { id-token: write }", GitLab with "id_tokens: { SIGSTORE_ID_TOKEN: { aud: sigstore } }"',
  });
}

export function identityRefused(id: string, url: string, cause: Error): DistError {
  return new DistError('identity-refused', `Cannot sign with "${id}": ${new URL(url).host} does not accept its identity token: ${cause.message}`, {
    hint: 'it must be fresh, of an issuer known there, and made for its audience, by default "sigstore"',
    cause,
  });
}

/** Fulcio or Rekor has answered with something else than what it was asked for. */
export function serverWrong(id: string, url: string, state: string): DistError {
  return new DistError('signer-wrong', `Cannot sign with "${id}": of ${new URL(url).host}, ${state}`);
}

export function rawKeyless(id: string): DistError {
  return new DistError('key-cannot', `Cannot sign a digest with "${id}": it is keyless, and signs files alone`, { exit: EXIT.usage });
}

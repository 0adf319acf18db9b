/**
 * Passkeys as the browser has them: makes one, or has one sign. Bytes go over the network as
 * base64url. What the browser or the person says no to is told as a sentence.
 */
import { t } from '@lingui/core/macro';
import { Denied } from '../net/api';
import type { Reply } from '../net/api';

type ToMake = Reply<'POST /me/passkeys/challenge'>;
type ToSign = Reply<'POST /passkeys/challenge'>;

/** What `navigator.credentials.create` gave, as the server reads it. */
export interface Made {
  readonly state: string;
  readonly id: string;
  readonly client_data: string;
  readonly attestation: string;
  readonly transports: readonly string[];
}

/** What `navigator.credentials.get` gave, as the server reads it. */
export interface Signed {
  readonly state: string;
  readonly id: string;
  readonly client_data: string;
  readonly authenticator_data: string;
  readonly signature: string;
  readonly user: string;
}

/** Whether this browser knows passkeys on this page at all. */
export function knowsPasskeys(): boolean {
  return 'PublicKeyCredential' in window && isSecureContext;
}

/** Whether the browser offers passkeys in the list of names that it fills in. */
export async function offersPasskeys(): Promise<boolean> {
  if (!knowsPasskeys() || !('isConditionalMediationAvailable' in PublicKeyCredential)) return false;
  return PublicKeyCredential.isConditionalMediationAvailable();
}

export async function makePasskey(asked: ToMake): Promise<Made> {
  const found = await asking(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: bytes(asked.challenge),
        rp: { id: asked.rp, name: 'Sightline' },
        user: { id: bytes(asked.user), name: asked.name, displayName: asked.display },
        pubKeyCredParams: asked.algorithms.map((alg) => ({ type: 'public-key' as const, alg })),
        excludeCredentials: asked.known.map((id) => ({
          type: 'public-key' as const,
          id: bytes(id),
        })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        attestation: 'none',
        timeout: asked.lasts * 1000,
      },
    }),
  );
  const response = found.response as AuthenticatorAttestationResponse;
  return {
    state: asked.state,
    id: text(found.rawId),
    client_data: text(response.clientDataJSON),
    attestation: text(response.attestationObject),
    transports: 'getTransports' in response ? response.getTransports() : [],
  };
}

/** `filled`: offered where a name is filled in, for as long as the form is there. */
export async function signByPasskey(
  asked: ToSign,
  filled?: { readonly signal: AbortSignal },
): Promise<Signed> {
  const found = await asking(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: bytes(asked.challenge),
        rpId: asked.rp,
        userVerification: 'required',
        timeout: asked.lasts * 1000,
      },
      ...(filled ? { mediation: 'conditional' as const, signal: filled.signal } : {}),
    }),
  );
  const response = found.response as AuthenticatorAssertionResponse;
  return {
    state: asked.state,
    id: text(found.rawId),
    client_data: text(response.clientDataJSON),
    authenticator_data: text(response.authenticatorData),
    signature: text(response.signature),
    user: response.userHandle ? text(response.userHandle) : '',
  };
}

/** Tells the browser that a passkey is of no use any more, so that it stops offering it. */
export function forgetPasskey(rpId: string, credentialId: string): void {
  const known = PublicKeyCredential as unknown as {
    signalUnknownCredential?: (of: { rpId: string; credentialId: string }) => Promise<void>;
  };
  void known.signalUnknownCredential?.({ rpId, credentialId }).catch(() => undefined);
}

async function asking(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const found = await ask();
    if (found !== null) return found as PublicKeyCredential;
  } catch (error) {
    throw noPasskey(error instanceof DOMException ? error.name : '');
  }
  throw noPasskey('');
}

/** Why there is none, by the name of the browser's error, in words. */
export function noPasskey(name: string): Denied {
  return new Denied('refused', words(name));
}

function words(name: string): string {
  switch (name) {
    case 'NotAllowedError':
    case 'AbortError':
      return t`No passkey was chosen, or it took too long.`;
    case 'InvalidStateError':
      return t`This device has a passkey for this account already.`;
    case 'ConstraintError':
    case 'NotSupportedError':
      return t`This device cannot check that it is you. It needs a screen lock: a fingerprint, a face or a code.`;
    case 'SecurityError':
      return t`The browser takes no passkeys on a page with this address.`;
    default:
      return t`The browser could not do it. Try again, or sign in another way.`;
  }
}

export function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const plain = base64url.replace(/-/g, '+').replace(/_/g, '/');
  return Uint8Array.from(atob(plain), (letter) => letter.charCodeAt(0));
}

export function text(data: ArrayBuffer): string {
  const letters = Array.from(new Uint8Array(data), (byte) => String.fromCharCode(byte)).join('');
  return btoa(letters).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

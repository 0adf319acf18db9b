/** Passkeys as bytes and words; and what follows a password that is not enough. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bytes, makePasskey, noPasskey, signByPasskey, text } from '../src/accounts/webauthn';
import { Session } from '../src/app/session';
import { createApi, Denied } from '../src/net/api';
import { BASE, Server } from './answering';

const buffer = (...of: number[]): ArrayBuffer => new Uint8Array(of).buffer;

describe('bytes go over the network as base64url', () => {
  test.each([
    [[], ''],
    [[0], 'AA'],
    [[251, 255, 191], '-_-_'],
    [[1, 2, 3, 4], 'AQIDBA'],
  ])('%j is %s', (given, encoded) => {
    expect(text(buffer(...given))).toBe(encoded);
    expect([...bytes(encoded)]).toEqual(given);
  });
});

describe('the browser', () => {
  const asked = { ok: true as const, challenge: 'AQID', rp: 'localhost', state: 's1', lasts: 600 };
  const credentials = { create: vi.fn(), get: vi.fn() };

  beforeEach(() => {
    vi.stubGlobal('navigator', { credentials });
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetAllMocks();
  });

  test('makes a passkey that names its owner, and needs them verified', async () => {
    credentials.create.mockResolvedValue({
      rawId: buffer(7),
      response: {
        clientDataJSON: buffer(1),
        attestationObject: buffer(2),
        getTransports: () => ['usb'],
      },
    });
    const more = { user: 'BA', name: 'jane', display: 'Jane', known: ['BQ'], algorithms: [-7, -8] };
    expect(await makePasskey({ ...asked, ...more })).toEqual({
      state: 's1',
      id: 'Bw',
      client_data: 'AQ',
      attestation: 'Ag',
      transports: ['usb'],
    });
    expect(credentials.create).toHaveBeenCalledWith({
      publicKey: expect.objectContaining({
        rp: { id: 'localhost', name: 'Sightline' },
        pubKeyCredParams: [
          { type: 'public-key', alg: -7 },
          { type: 'public-key', alg: -8 },
        ],
        excludeCredentials: [{ type: 'public-key', id: bytes('BQ') }],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        attestation: 'none',
        timeout: 600_000,
      }) as unknown,
    });
  });

  test('has one sign without a name', async () => {
    credentials.get.mockResolvedValue({
      rawId: buffer(7),
      response: {
        clientDataJSON: buffer(1),
        authenticatorData: buffer(2),
        signature: buffer(3),
        userHandle: null,
      },
    });
    const { signal } = new AbortController();
    expect(await signByPasskey(asked, { signal })).toMatchObject({
      id: 'Bw',
      signature: 'Aw',
      user: '',
    });
    expect(credentials.get).toHaveBeenCalledWith(
      expect.objectContaining({ mediation: 'conditional', signal }),
    );
  });

  test.each([
    ['NotAllowedError', 'No passkey was chosen'],
    ['InvalidStateError', 'has a passkey for this account already'],
    ['NotSupportedError', 'screen lock'],
    ['SecurityError', 'this address'],
    ['AnotherError', 'Try again'],
  ])('%s is told as a sentence', async (name, words) => {
    credentials.get.mockRejectedValue(new DOMException('in English, for developers', name));
    await expect(signByPasskey(asked)).rejects.toThrow(words);
    await expect(signByPasskey(asked)).rejects.toBeInstanceOf(Denied);
    expect(noPasskey(name).code).toBe('refused');
  });
});

describe('a password that is not enough', () => {
  let server: Server;
  let session: Session;

  beforeEach(() => {
    server = new Server();
    vi.stubGlobal('fetch', server.fetch);
    session = new Session(createApi(BASE));
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('leads to the step for the code, and nobody is in before', async () => {
    server.says({ ok: true, wants: 'code', half: 'h1' });
    await session.signIn('jane', 'p');
    expect(session.state.value).toEqual({
      is: 'half',
      wants: 'code',
      half: 'h1',
      addsPhone: false,
    });
  });

  test('is told as such where only a passkey will do', async () => {
    server.says({ ok: false, code: 'need_passkey', why: 'Sign in with your passkey.' }, 403);
    await expect(session.signIn('jane', 'p')).rejects.toThrow('passkey');
    expect(session.state.value.is).not.toBe('half');
  });

  test('who starts again is at the form', async () => {
    server
      .says({ ok: true, wants: 'enrol', half: 'h1' })
      .says({ ok: true, user: null, first: false });
    await session.signIn('jane', 'p');
    await session.forgetLink();
    expect(session.state.value).toEqual({ is: 'out', first: false });
  });
});

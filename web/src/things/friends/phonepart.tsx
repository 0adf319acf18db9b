/** The phone behind a friend: how it reaches us, what it was asked and answered, and its set-up. */
import { t } from '@lingui/core/macro';
import { Eraser, FileDown, FileUp, Locate, QrCode as QrIcon, Stethoscope } from 'lucide';
import type { IconNode } from 'lucide';
import { useState } from 'preact/hooks';
import { shortTimeText } from '../../app/ages';
import { ErrorLink } from '../../ui/doclink';
import { failureOf } from '../../ui/failure';
import type { Failure } from '../../ui/failure';
import { useThing, useTime, useWho, useServer } from '../../app/context';
import { useCalled } from '../../app/people';
import { Fact, Facts } from '../../ui/facts';
import { Icon } from '../../ui/icon';
import { mayAskPhone } from '../../app/visitor';
import { keyOf, splitKey } from '../../app/world';
import type { Key } from '../../app/world';
import { commandText, readPhone, regionsText, stateText } from './phone';
import type { Phone } from './phone';
import { SetupDialog } from './setup';

type Asked = 'locate' | 'phonestatus' | 'sendregions' | 'readregions' | 'clearregions';

/** What can be asked: request, words, what it does, sign. */
type Ask = readonly [request: Asked, words: string, what: string, icon: IconNode];

function asks(): readonly Ask[] {
  return [
    ['locate', t`Locate now`, t`Ask the phone where it is`, Locate],
    ['phonestatus', t`Status`, t`Ask the phone how it is set up`, Stethoscope],
    ['sendregions', t`Send regions`, t`Send the regions it should watch`, FileUp],
    ['readregions', t`Read regions`, t`Ask which regions it watches`, FileDown],
    ['clearregions', t`Clear regions`, t`Take our regions off the phone`, Eraser],
  ];
}

const TRANSPORTS: Readonly<Record<string, string>> = { mqtt: 'MQTT', http: 'HTTP' };
const PLATFORMS: Readonly<Record<string, string>> = { android: 'Android', ios: 'iOS' };

export function PhonePart({ of }: { of: Key }) {
  const { now } = useTime();
  const { visitor } = useWho();
  const [, id] = splitKey(of);
  const thing = useThing(keyOf('phone', id));
  const asks = mayAskPhone(visitor, of);
  if (!thing && !asks) return null;
  const phone = thing && readPhone(thing);
  const regions = phone && regionsText(phone);
  return (
    <section class="part phone" data-phone={id}>
      <h3>
        {t`Phone`}
        {phone && <span>{aboutText(phone)}</span>}
      </h3>
      {regions && (
        <p class="phone-regions" data-tone={regions.tone} data-regions={phone.regions.state}>
          <i />
          <span>
            {regions.text}
            {phone.regions.at > 0 && (
              <span class="muted">, {shortTimeText(phone.regions.at, now.value)}</span>
            )}
            {phone.regions.why !== '' && <small>{phone.regions.why}</small>}
          </span>
        </p>
      )}
      {asks && <Asks of={of} app={phone?.app ?? ''} />}
      {phone && phone.commands.length > 0 && <Commands phone={phone} now={now.value} />}
      {phone && phone.status.length > 0 && (
        <details class="said-of-itself">
          <summary>{t`What it says of itself`}</summary>
          <Facts>
            {phone.status.map(([name, value]) => (
              <Fact key={name} name={name}>
                {value}
              </Fact>
            ))}
          </Facts>
        </details>
      )}
    </section>
  );
}

function aboutText({ platform, transport, app, encrypted }: Phone): string {
  return [
    app,
    platform === undefined ? undefined : (PLATFORMS[platform] ?? platform),
    transport === undefined ? undefined : (TRANSPORTS[transport] ?? transport),
    encrypted ? t`encrypted` : undefined,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** `app`: the one it reports by, when it is not OwnTracks; such take no commands. */
function Asks({ of, app }: { of: Key; app: string }) {
  const { requests, connection } = useServer();
  const [pending, setPending] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [setup, setSetup] = useState(false);
  const offline = connection.value.state !== 'live';
  const ask = (request: Asked) => {
    setPending(request);
    setFailure(null);
    requests
      .ask(request, { thing: of })
      .catch((error: unknown) => {
        setFailure(failureOf(error, Date.now()));
      })
      .finally(() => {
        setPending(null);
      });
  };
  return (
    <>
      <div class="asks">
        {asks().map(([request, words, what, icon]) => (
          <button
            key={request}
            type="button"
            class="button small"
            title={app === '' ? what : t`${app} takes no commands`}
            data-ask={request}
            disabled={pending !== null || offline || app !== ''}
            onClick={() => {
              ask(request);
            }}
          >
            <Icon of={icon} size={14} />
            {words}
          </button>
        ))}
        <button
          type="button"
          class="button small"
          title={t`Set the phone up by a link or a QR code`}
          disabled={offline}
          onClick={() => {
            setSetup(true);
          }}
        >
          <Icon of={QrIcon} size={14} />
          {t`Set up`}
        </button>
      </div>
      <p class="wrong" role="alert">
        {failure?.why}
        <ErrorLink code={failure?.code} />
      </p>
      {setup && (
        <SetupDialog
          of={of}
          close={() => {
            setSetup(false);
          }}
        />
      )}
    </>
  );
}

function Commands({ phone, now }: { phone: Phone; now: number }) {
  return (
    <ol class="asked" aria-label={t`What it was asked, newest first`}>
      {phone.commands.map((command) => {
        const state = stateText(command);
        return (
          <li key={command.n} data-command={command.do} data-state={command.state}>
            <span>{commandText(command.do)}</span>
            <span class="state" data-tone={state.tone}>
              {state.text}
            </span>
            <small class="muted">
              {shortTimeText(command.at, now)}
              <AskedBy account={command.by} />
              {command.why === '' ? '' : ` · ${command.why}`}
            </small>
          </li>
        );
      })}
    </ol>
  );
}

function AskedBy({ account }: { account: string }) {
  const who = useCalled(account);
  return account === '' ? null : <> · {t`by ${who}`}</>;
}

/** All that is known of an alert: the moment, what ends it, who was told how, and what can be done. */
import { t } from '@lingui/core/macro';
import { MapPin } from 'lucide';
import { useId, useState } from 'preact/hooks';
import { writePlace } from '../../app/address';
import { useNavigation, useTime } from '../../app/context';
import { useCaller } from '../../app/people';
import { ActButton } from '../../ui/actbutton';
import { Fact, Facts } from '../../ui/facts';
import { Icon } from '../../ui/icon';
import { momentText } from '../../ui/times';
import { useAlerts } from './count';
import { momentPlace, ruleName, useAct } from './pieces';
import type { Alert, Delivery } from './read';
import { calledBy, endsText, statusText, toldText } from './wording';

export function AlertDetails({ alert, who }: { alert: Alert; who: string }) {
  const { now } = useTime();
  const { present } = useAlerts();
  const called = useCaller();
  const rule = ruleName(present, alert.rule);
  const owner = called(alert.owner);
  const place = momentPlace(alert);
  return (
    <div class="alert-details">
      <Facts>
        <Fact name={t`Happened`}>{momentText(alert.at)}</Fact>
        {alert.late !== undefined && (
          <Fact name={t`Found out`}>
            {momentText(alert.late)}
            <span class="muted">, {t`because the server was not running`}</span>
          </Fact>
        )}
        {alert.lasting && alert.status !== 'resolved' && (
          <Fact name={t`Ends`}>{endsText(alert, who)}</Fact>
        )}
        {alert.status !== 'open' && (
          <Fact name={t`State`}>{statusText(calledBy(alert, called), now.value)}</Fact>
        )}
        {alert.note !== undefined && <Fact name={t`Note`}>{alert.note}</Fact>}
        <Fact name={t`Rule`}>
          {rule === '' ? t`without a name, of ${owner}` : t`“${rule}” of ${owner}`}
        </Fact>
      </Facts>
      <DeliveryList deliveries={alert.told} />
      <div class="alert-acts">
        {place !== null && (
          <a class="button" href={place}>
            <Icon of={MapPin} size={16} />
            {t`Show that moment`}
          </a>
        )}
        <AlertActs alert={alert} />
      </div>
      {alert.status !== 'resolved' && <NoteForm alert={alert} />}
    </div>
  );
}

function AlertActs({ alert }: { alert: Alert }) {
  const act = useAct();
  return (
    <>
      {alert.lasting && alert.status !== 'resolved' && (
        <ActButton words={t`It is over`} act={() => act(alert.key, 'resolve')} />
      )}
      {alert.status === 'acknowledged' && (
        <ActButton words={t`Open it again`} act={() => act(alert.key, 'reopen')} />
      )}
    </>
  );
}

/** How each of those who are to be told was told. */
function DeliveryList({ deliveries }: { deliveries: readonly Delivery[] }) {
  const { now } = useTime();
  const { account } = useAlerts();
  const called = useCaller();
  if (deliveries.length === 0) return null;
  return (
    <ul class="alert-told" aria-label={t`Who is told`}>
      {deliveries.map((each) => (
        <li key={each.account} data-told={each.account} data-state={each.state}>
          <i aria-hidden="true" />
          <span>
            {toldText(
              { ...each, account: called(each.account) },
              each.account === account,
              now.value,
            )}
            {each.why !== undefined && each.state !== 'sent' && <q>{each.why}</q>}
            {each.state === 'no_channel' && each.account === account && <AddChannel />}
          </span>
        </li>
      ))}
    </ul>
  );
}

function AddChannel() {
  const { go } = useNavigation();
  return (
    <a
      href={writePlace({ section: 'account', tab: 'told' })}
      onClick={(click) => {
        if (click.metaKey || click.ctrlKey || click.shiftKey) return;
        click.preventDefault();
        go('account', 'told');
      }}
    >{t`Add a way`}</a>
  );
}

/** A note for the others; with it the alert is acknowledged. */
function NoteForm({ alert }: { alert: Alert }) {
  const act = useAct();
  const id = useId();
  const [note, setNote] = useState('');
  return (
    <div class="alert-note">
      <label for={id}>{t`A note for those who see this alert`}</label>
      <div>
        <input
          id={id}
          value={note}
          maxLength={500}
          autocomplete="off"
          onInput={(typed) => {
            setNote(typed.currentTarget.value);
          }}
        />
        <ActButton
          words={alert.status === 'open' ? t`Acknowledge with this note` : t`Save the note`}
          act={async () => {
            await act(alert.key, 'acknowledge', note.trim());
            setNote('');
          }}
        />
      </div>
    </div>
  );
}

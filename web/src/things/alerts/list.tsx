/** The alerts: those that wait first, then what somebody has seen, then what is over, by day. */
import { plural, t } from '@lingui/core/macro';
import { BellRing } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { AlertTabs } from '../../app/alerttabs';
import { useLive } from '../../app/context';
import { Sure } from '../../ui/actbutton';
import { Icon } from '../../ui/icon';
import { Card, SectionPage } from '../../ui/section';
import { shortDayText, sameDay } from '../../ui/times';
import { Status } from '../server/status';
import { useTime } from '../../app/context';
import { useAlerts } from './count';
import './alerts.css';
import { AlertFilters } from './filters';
import { AlertItem } from './item';
import { Manners } from './manners';
import { arranged, EVERYTHING, filtered, PAGE } from './order';
import type { Arranged, Day, Filter, Stretch } from './order';
import { useAct } from './pieces';
import type { Alert, Status as AlertStatus } from './read';

export function AlertsPage() {
  const { ready } = useLive();
  const alerts = useAlerts();
  const [filter, setFilter] = useState<Filter>(EVERYTHING);
  const [most, setMost] = useState(PAGE);
  void alerts.changed.value;
  const found = filtered(alerts.present, filter, alerts.account);
  const whole = arranged(found, most);
  const none = alerts.present.kind('alert').size === 0;
  useEffect(() => {
    // What is listed here need not be told over it.
    alerts.dismiss();
  }, [alerts, alerts.changed.value]);
  return (
    <SectionPage
      status={<Status />}
      name={t`Alerts`}
      class="alerts"
      about={t`What your rules had to tell, and what others are told of.`}
    >
      <AlertTabs />
      {ready.value && none && <NoAlerts />}
      {!none && <AlertFilters filter={filter} choose={setFilter} />}
      {ready.value && !none && found.length === 0 && <p class="note">{t`None of these.`}</p>}
      <Stretches whole={whole} all={found} />
      {whole.more > 0 && (
        <button
          type="button"
          class="button more"
          onClick={() => {
            setMost(most + PAGE);
          }}
        >
          {plural(whole.more, { one: 'Show the other one', other: 'Show older ones (# more)' })}
        </button>
      )}
      <Manners />
    </SectionPage>
  );
}

function NoAlerts() {
  return (
    <Card name={t`Nothing to tell yet`} class="alerts-none">
      <p class="said">
        <Icon of={BellRing} size={28} />
        {t`When something happens that a rule of yours looks out for, it stands here: what, when and where, and who was told.`}
      </p>
    </Card>
  );
}

function Stretches({ whole, all }: { whole: Arranged; all: readonly Alert[] }) {
  return (
    <div class="alert-stretches" onKeyDown={step}>
      {whole.stretches.map((stretch) => (
        <StretchCard key={stretch.status} stretch={stretch} all={all} />
      ))}
    </div>
  );
}

/** What the three stretches are called. */
function titleOf(status: AlertStatus): string {
  if (status === 'open') return t`Open`;
  return status === 'acknowledged' ? t`Acknowledged` : t`Over`;
}

function StretchCard({ stretch, all }: { stretch: Stretch; all: readonly Alert[] }) {
  const { status, count, days } = stretch;
  if (days.length === 0) return null;
  return (
    <section class="card alert-card" data-stretch={status} aria-label={titleOf(status)}>
      <header>
        <h2>
          {titleOf(status)}
          <span class="count">{count}</span>
        </h2>
        {status === 'open' && count > 1 && <AcknowledgeAll alerts={all} />}
      </header>
      {days.map((day) => (
        <DayPart key={day.name} day={day} />
      ))}
    </section>
  );
}

/** Acknowledge all that are open and pass the filter. */
function AcknowledgeAll({ alerts }: { alerts: readonly Alert[] }) {
  const act = useAct();
  const waiting = alerts.filter(({ status }) => status === 'open');
  const count = waiting.length;
  return (
    <Sure
      words={t`Acknowledge all`}
      sure={plural(count, {
        one: 'Yes, acknowledge # alert',
        other: 'Yes, acknowledge all # alerts',
      })}
      act={async () => {
        // One refusal keeps none of the others from being done.
        const done = await Promise.allSettled(waiting.map(({ key }) => act(key, 'acknowledge')));
        for (const each of done) if (each.status === 'rejected') throw each.reason;
      }}
    />
  );
}

function DayPart({ day }: { day: Day }) {
  const { now } = useTime();
  const alerts = useAlerts();
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const came = alerts.shown.value;
  const today = sameDay(day.at, now.value);
  return (
    <>
      <h3 class="alert-day">{today ? t`Today` : shortDayText(day.at)}</h3>
      <ol class="alert-list">
        {day.alerts.map((alert) => (
          <AlertItem
            key={alert.key}
            alert={alert}
            found={came === alert.key}
            opened={opened.has(alert.key) || came === alert.key}
            open={() => {
              if (came === alert.key) alerts.shown.value = null;
              else setOpened(toggled(opened, alert.key));
            }}
          />
        ))}
      </ol>
    </>
  );
}

function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** Up and down go from alert to alert. */
function step(pressed: KeyboardEvent): void {
  const by = pressed.key === 'ArrowDown' ? 1 : pressed.key === 'ArrowUp' ? -1 : 0;
  if (by === 0 || !(pressed.target instanceof HTMLElement)) return;
  if (!pressed.target.matches('.alert-head')) return;
  const heads = [...document.querySelectorAll<HTMLElement>('.alert-stretches .alert-head')];
  const next = heads[heads.indexOf(pressed.target) + by];
  if (!next) return;
  pressed.preventDefault();
  next.focus();
}

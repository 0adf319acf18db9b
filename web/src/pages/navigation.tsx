/** The sections of the page: a column at the left of wide windows, a bar of tabs on phones. */
import { t } from '@lingui/core/macro';
import {
  Bell,
  Bot,
  CircleQuestionMark,
  Gauge,
  Map as MapIcon,
  Settings2,
  ShieldCheck,
  SquareTerminal,
  SunMoon,
} from 'lucide';
import type { IconNode } from 'lucide';
import { AccountMenu } from '../accounts/menu';
import { writePlace } from '../app/address';
import type { Section } from '../app/address';
import { useAlerts } from '../things/alerts/count';
import { readBroker } from '../things/broker/read';
import { useRobotFreshness } from '../things/probots/fresh';
import { readProBot } from '../things/probots/read';
import { useKind, useWho, useLayout, usePreferences, useNavigation } from '../app/context';
import { Icon } from '../ui/icon';
import { Logo } from '../ui/logo';

const sectionTabs = (): readonly (readonly [Section, string, IconNode])[] => [
  ['map', t`Map`, MapIcon],
  ['alerts', t`Alerts`, Bell],
  ['robots', t`Robots`, Bot],
  ['broker', t`Broker`, Gauge],
  ['console', t`Console`, SquareTerminal],
];

export function Navigation() {
  const { sections } = useWho();
  const { help } = useLayout();
  const preferences = usePreferences();
  const freshnessOf = useRobotFreshness();
  // What a lost link says of them is said of the broker, or of the server.
  const silentRobots = useKind('probot').some((thing) => {
    const { current, status } = freshnessOf(readProBot(thing));
    return !current && status !== 'cut';
  });
  const alarmed = useKind('alarm').length > 0;
  const exceeded = useKind('quota').length > 0;
  const brokerTrouble = useKind('broker').some(
    (thing) => readBroker(thing).link.state !== 'connected',
  );
  const trouble: Partial<Record<Section, string>> = {
    ...(alarmed
      ? { robots: t`somebody else speaks to the robots` }
      : silentRobots
        ? { robots: t`a robot is silent` }
        : {}),
    ...(brokerTrouble
      ? { broker: t`a broker is not connected` }
      : exceeded
        ? { broker: t`messages of a sender are refused` }
        : {}),
  };
  return (
    <nav class="navigation" aria-label={t`Sections`}>
      <span class="brand">
        <Logo />
      </span>
      {sectionTabs()
        .filter(([section]) => sections.includes(section))
        .map(([section, name, icon]) => (
          <Tab key={section} section={section} name={name} icon={icon} trouble={trouble[section]} />
        ))}
      {sections.includes('admin') && (
        <Tab section="admin" name={t`Admin`} icon={ShieldCheck} class="wide-only" />
      )}
      <span class="grow" />
      <button
        type="button"
        class="tab wide-only"
        onClick={() => {
          help.value = true;
        }}
      >
        <Icon of={CircleQuestionMark} size={20} />
        <span>{t`Help`}</span>
      </button>
      <Tab section="settings" name={t`Settings`} icon={Settings2} />
      <button
        type="button"
        class="tab wide-only"
        onClick={() => {
          preferences.change({ theme: preferences.theme.value === 'dark' ? 'light' : 'dark' });
        }}
      >
        <Icon of={SunMoon} size={20} />
        <span>{t`Theme`}</span>
      </button>
      <AccountMenu />
    </nav>
  );
}

function Tab({
  section,
  name,
  icon,
  trouble,
  class: className = '',
}: {
  section: Section;
  name: string;
  icon: IconNode;
  trouble?: string | undefined;
  class?: string;
}) {
  const { section: current, go } = useNavigation();
  const open = useAlerts().open.value;
  return (
    <a
      class={`tab ${className}`}
      href={writePlace({ section })}
      aria-current={
        current.value === section || (section === 'alerts' && current.value === 'rules')
          ? 'page'
          : undefined
      }
      onClick={(click) => {
        if (click.metaKey || click.ctrlKey || click.shiftKey) return;
        click.preventDefault();
        go(section);
      }}
    >
      <Icon of={icon} size={20} />
      <span>{name}</span>
      {section === 'alerts' && open > 0 && (
        <em class="alert-count">
          {open > 99 ? '99+' : open}
          <span class="hidden"> {t`open`}</span>
        </em>
      )}
      {trouble !== undefined && (
        <em class="alert-dot">
          <span class="hidden">: {trouble}</span>
        </em>
      )}
    </a>
  );
}

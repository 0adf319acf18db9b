/** A rule in the list: its sentence, when it fired last, what is wrong with it, and what can be done. */
import { t } from '@lingui/core/macro';
import { Copy, Pencil, Trash2, TriangleAlert } from 'lucide';
import { useState } from 'preact/hooks';
import { ageText } from '../../ui/times';
import { useLive, useServer, useTime } from '../../app/context';
import { ErrorLink } from '../../ui/doclink';
import { failureOf } from '../../ui/failure';
import type { Failure } from '../../ui/failure';
import { Icon } from '../../ui/icon';
import { ruleServer } from './requests';
import { draftOf, goneFrom } from './read';
import type { Rule } from './read';
import { plainText, shortText } from './sentence';
import { goneText, troubleText } from './troubles';
import { useRuleNames } from './usenames';
import { RuleSign } from './sign';

export function RuleRow({
  rule,
  fired,
  edits,
  edit,
  copy,
  remove,
}: {
  rule: Rule;
  fired: number | undefined;
  /** Whether this visitor may change it. */
  edits: boolean;
  edit(): void;
  copy(): void;
  remove(): Promise<void>;
}) {
  const { now } = useTime();
  const names = useRuleNames();
  const act = useAct();
  const said = shortText(rule, names);
  const title = rule.name === '' ? said : rule.name;
  const age = fired === undefined ? '' : ageText(now.value - fired);
  return (
    <li class="rule-item" data-rule={rule.key} data-enabled={rule.enabled}>
      <RuleSign of={rule} />
      <div class="rule-item-in">
        <b>{title}</b>
        {rule.name !== '' && <p>{said}</p>}
        <p class="note" title={plainText(rule, names)}>
          {fired === undefined ? t`Has not told anything yet.` : t`Told last ${age} ago.`}
        </p>
        <TroubleOf rule={rule} />
        {act.failure && (
          <p class="rule-wrong" role="alert">
            {act.failure.why}
            <ErrorLink code={act.failure.code} />
          </p>
        )}
      </div>
      {edits && (
        <div class="rule-acts">
          <IconAct icon={Pencil} label={t`Change: ${title}`} press={edit} />
          <IconAct icon={Copy} label={t`Copy: ${title}`} press={copy} />
          <IconAct
            icon={Trash2}
            label={t`Remove: ${title}`}
            press={() => {
              act.run(remove);
            }}
          />
        </div>
      )}
      <Switch rule={rule} title={title} edits={edits} act={act} />
    </li>
  );
}

function IconAct({ icon, label, press }: { icon: typeof Pencil; label: string; press(): void }) {
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={press}>
      <Icon of={icon} size={16} />
    </button>
  );
}

function TroubleOf({ rule }: { rule: Rule }) {
  const { world, ready } = useLive();
  const [gone] = ready.value ? goneFrom(rule, world) : [];
  const words =
    gone === undefined
      ? rule.trouble === undefined
        ? ''
        : troubleText(rule.trouble)
      : goneText(gone);
  if (words === '') return null;
  return (
    <p class="rule-wrong">
      <Icon of={TriangleAlert} size={14} />
      <span>{words}</span>
    </p>
  );
}

interface Act {
  readonly pending: boolean;
  readonly failure: Failure | null;
  run(act: () => Promise<void>): void;
}

function useAct(): Act {
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  return {
    pending,
    failure,
    run(act) {
      setPending(true);
      setFailure(null);
      act()
        .catch((error: unknown) => {
          setFailure(failureOf(error, Date.now()));
        })
        .finally(() => {
          setPending(false);
        });
    },
  };
}

function Switch({
  rule,
  title,
  edits,
  act,
}: {
  rule: Rule;
  title: string;
  edits: boolean;
  act: Act;
}) {
  const server = useServer();
  return (
    <label class="rule-switch">
      <input
        type="checkbox"
        role="switch"
        aria-label={t`On: ${title}`}
        checked={rule.enabled}
        disabled={!edits || act.pending}
        onChange={(changed) => {
          const { checked } = changed.currentTarget;
          // What the server has of it is shown; until it answers, that is how it was.
          changed.currentTarget.checked = rule.enabled;
          act.run(async () => {
            await ruleServer(server).save({ ...draftOf(rule), enabled: checked });
          });
        }}
      />
      <i aria-hidden="true" />
    </label>
  );
}

/** Publish a message by hand, or clear a retained one; what came of it, in the server's words. */
import { t } from '@lingui/core/macro';
import type { Qos } from '../../console/client';
import { Refused } from '../../net/requests';
import type { Granted } from '../../net/requests';
import { ErrorLink } from '../../ui/doclink';
import { Eraser, Send, WandSparkles } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { bytes } from '../../ui/numbers';
import { tidyJson, topicFault, typed } from '../../console/payload';
import type { Form } from '../../console/payload';
import type { Broker } from '../../things/broker/read';
import { requestFrame } from '../../net/protocol';
import { clockText } from '../../ui/clocktext';
import { useServer } from '../../app/context';
import { Icon } from '../../ui/icon';
import { Card } from '../../ui/section';
import { BrokerPick, QosPick } from './picks';
import { wishes } from './wishes';
import type { Dispatch, StateUpdater } from 'preact/hooks';
import type { Typed } from '../../console/payload';

const forms = (): readonly (readonly [Form, string])[] => [
  ['text', t`Text`],
  ['json', 'JSON'],
  ['hex', t`Hex`],
];

/** The longest id a request may have, to know its size beforehand. */
const LONG_ID = 999_999_999;

interface Outcome {
  readonly good: boolean;
  readonly text: string;
  /** Of the refusal it tells. */
  readonly code?: string;
}

function refusalOf(error: unknown): Outcome {
  const text = error instanceof Error ? error.message : String(error);
  return { good: false, text, ...(error instanceof Refused ? { code: error.code } : {}) };
}

interface Draft {
  readonly topic: string;
  readonly text: string;
  readonly form: Form;
  readonly qos: Qos;
  readonly retain: boolean;
}

/** What was typed outlives the section: one looks elsewhere and comes back. */
let draft: Draft = { topic: '', text: '', form: 'text', qos: 0, retain: false };

export function PublishCard({
  brokers,
  broker,
}: {
  brokers: readonly Broker[];
  broker: Broker | undefined;
}) {
  const { requests, connection, socket } = useServer();
  const [topic, setTopic] = useState(draft.topic);
  const [text, setText] = useState(draft.text);
  const [form, setForm] = useState<Form>(draft.form);
  const [qos, setQos] = useState(draft.qos);
  const [retain, setRetain] = useState(draft.retain);
  draft = { topic, text, form, qos, retain };
  const [picked, setPicked] = useState('');
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [sure, setSure] = useState(false);
  const live = connection.value.state === 'live';
  const id = picked || (broker?.id ?? '');
  const wished = wishes.topic.value;
  useEffect(() => {
    if (wished === '') return;
    setTopic(wished);
    wishes.topic.value = '';
  }, [wished]);
  useEffect(() => {
    setSure(false);
  }, [topic, id]);

  const fields = { broker: id, topic, form, payload: text, qos, retain };
  const payload = typed(form, text);
  const fault = topic === '' ? null : topicFault(topic);
  const limit = socket.hello?.publishLimit ?? socket.hello?.messageLimit;
  const size = new TextEncoder().encode(requestFrame(LONG_ID, 'publish', fields)).length;
  const large =
    limit !== undefined && size > limit
      ? t`Too large: ${bytes(size)} with all around it, and the server takes ${bytes(limit)}.`
      : null;
  const wrong = fault ?? (payload.ok ? large : payload.why);
  const ready = live && topic !== '' && wrong === null;

  const told = (asked: Promise<Granted<'publish' | 'clear'>>, done: string) => {
    setOutcome(null);
    asked.then(
      ({ size }) => {
        setOutcome({ good: true, text: `${clockText(Date.now())} ${done}, ${bytes(size)}.` });
      },
      (error: unknown) => {
        setOutcome(refusalOf(error));
      },
    );
  };
  const publish = () => {
    if (ready)
      told(requests.ask('publish', fields), retain ? t`Published and retained` : t`Published`);
  };
  const tidied = form === 'json' ? tidyJson(text) : null;
  return (
    <Card
      name={t`Publish`}
      class="publish"
      aside={
        <>
          <BrokerPick brokers={brokers} value={id} pick={setPicked} />
          <ClearRetained
            live={live}
            topic={topic}
            fault={fault}
            sure={sure}
            setSure={setSure}
            clear={() => {
              told(requests.ask('clear', { broker: id, topic }), t`Cleared what was retained`);
            }}
          />
        </>
      }
    >
      <form
        onSubmit={(submit) => {
          submit.preventDefault();
          publish();
        }}
      >
        <TopicField topic={topic} fault={fault} setTopic={setTopic} setOutcome={setOutcome} />
        <FormatRow form={form} setForm={setForm} tidied={tidied} text={text} setText={setText} />
        <PayloadField
          payload={payload}
          large={large}
          form={form}
          text={text}
          setText={setText}
          setOutcome={setOutcome}
          publish={publish}
        />
        <PublishRow qos={qos} setQos={setQos} retain={retain} setRetain={setRetain} ready={ready} />
      </form>
      <OutcomeNote outcome={outcome} wrong={wrong} live={live} payload={payload} />
    </Card>
  );
}

function OutcomeNote({
  outcome,
  wrong,
  live,
  payload,
}: {
  outcome: Outcome | null;
  wrong: string | null;
  live: boolean;
  payload: Typed;
}) {
  return (
    <p
      id="publish-said"
      role="status"
      data-outcome={outcome === null ? undefined : outcome.good ? 'done' : 'refused'}
      class={wrong !== null || outcome?.good === false ? 'wrong' : outcome ? 'good' : 'muted'}
    >
      {wrong ??
        outcome?.text ??
        (live
          ? payload.ok && t`${bytes(payload.size)}. Everything published here is written down.`
          : t`There is no connection just now.`)}
      {wrong === null && <ErrorLink code={outcome?.code} />}
    </p>
  );
}

function ClearRetained({
  live,
  topic,
  fault,
  sure,
  setSure,
  clear,
}: {
  live: boolean;
  topic: string;
  fault: string | null;
  sure: boolean;
  setSure: Dispatch<StateUpdater<boolean>>;
  clear: () => void;
}) {
  return (
    <button
      type="button"
      class="button small"
      disabled={!live || topic === '' || fault !== null}
      title={t`Take the retained message of this topic away from the broker`}
      onClick={() => {
        if (!sure) {
          setSure(true);
          return;
        }
        setSure(false);
        clear();
      }}
    >
      <Icon of={Eraser} size={15} />
      {sure ? t`Really clear it?` : t`Clear retained`}
    </button>
  );
}

function TopicField({
  topic,
  fault,
  setTopic,
  setOutcome,
}: {
  topic: string;
  fault: string | null;
  setTopic: Dispatch<StateUpdater<string>>;
  setOutcome: Dispatch<StateUpdater<Outcome | null>>;
}) {
  return (
    <label class="labelled">
      <span>{t`Topic`}</span>
      <input
        class="field mono"
        autocomplete="off"
        spellcheck={false}
        placeholder={t`test/hello`}
        value={topic}
        aria-invalid={fault !== null}
        onInput={(input) => {
          setTopic(input.currentTarget.value);
          setOutcome(null);
        }}
      />
    </label>
  );
}

function PublishRow({
  qos,
  setQos,
  retain,
  setRetain,
  ready,
}: {
  qos: Qos;
  setQos: Dispatch<StateUpdater<Qos>>;
  retain: boolean;
  setRetain: Dispatch<StateUpdater<boolean>>;
  ready: boolean;
}) {
  return (
    <div class="publish-row">
      <QosPick name="publish-qos" qos={qos} pick={setQos} />
      <label class="check">
        <input
          type="checkbox"
          checked={retain}
          onChange={(change) => {
            setRetain(change.currentTarget.checked);
          }}
        />
        {t`Retain`}
      </label>
      <span class="grow" />
      <button type="submit" class="button primary" disabled={!ready}>
        <Icon of={Send} size={15} />
        {t`Publish`}
      </button>
    </div>
  );
}

function PayloadField({
  payload,
  large,
  form,
  text,
  setText,
  setOutcome,
  publish,
}: {
  payload: Typed;
  large: string | null;
  form: Form;
  text: string;
  setText: Dispatch<StateUpdater<string>>;
  setOutcome: Dispatch<StateUpdater<Outcome | null>>;
  publish: () => void;
}) {
  return (
    <textarea
      id="publish-payload"
      class="field mono"
      rows={5}
      spellcheck={false}
      aria-describedby="publish-said"
      aria-invalid={!payload.ok || large !== null}
      placeholder={{ text: t`anything`, json: '{"ok": true}', hex: '00 ff 42' }[form]}
      value={text}
      onInput={(input) => {
        setText(input.currentTarget.value);
        setOutcome(null);
      }}
      onKeyDown={(key) => {
        if (key.key === 'Enter' && (key.ctrlKey || key.metaKey)) {
          key.preventDefault();
          publish();
        }
      }}
    />
  );
}

function FormatRow({
  form,
  setForm,
  tidied,
  text,
  setText,
}: {
  form: Form;
  setForm: Dispatch<StateUpdater<Form>>;
  tidied: string | null;
  text: string;
  setText: Dispatch<StateUpdater<string>>;
}) {
  return (
    <div class="payload-row">
      <label for="publish-payload">{t`Payload`}</label>
      <div class="segments" role="group" aria-label={t`Write the payload as`}>
        {forms().map(([name, word]) => (
          <button
            key={name}
            type="button"
            aria-pressed={form === name}
            onClick={() => {
              setForm(name);
            }}
          >
            {word}
          </button>
        ))}
      </div>
      {form === 'json' && (
        <button
          type="button"
          class="chip"
          disabled={tidied === null || tidied === text}
          onClick={() => {
            if (tidied !== null) setText(tidied);
          }}
        >
          <Icon of={WandSparkles} size={14} />
          {t`Tidy`}
        </button>
      )}
    </div>
  );
}

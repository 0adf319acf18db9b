/** What is to be filled in for each way to be told. */
import { t } from '@lingui/core/macro';
import { Field } from '../../ui/field';
import type { AnyWay } from './words';

export function WayFields({ way }: { way: AnyWay }) {
  switch (way) {
    case 'mail':
      return <MailFields />;
    case 'ntfy':
      return <NtfyFields />;
    case 'telegram':
      return <TelegramFields />;
    case 'matrix':
      return <MatrixFields />;
    case 'webhook':
      return (
        <Field
          name="address"
          label={t`Address`}
          placeholder={t`https://example.org/hook`}
          autocomplete="off"
          focus
        />
      );
    case 'other':
      return (
        <Field
          name="address"
          label={t`Address`}
          hint={t`As Apprise has it: signal://…, pover://…, slack://…`}
          autocomplete="off"
          focus
        />
      );
    case 'mqtt':
      return null;
  }
}

function MailFields() {
  return (
    <>
      <Field name="to" label={t`To`} placeholder={t`you@example.org`} autocomplete="email" focus />
      <Field
        name="server"
        label={t`Outgoing mail server`}
        hint={t`With a port, if your provider names one: mail.example.org:587`}
        placeholder={t`mail.example.org`}
        autocomplete="off"
      />
      <div class="pair">
        <Field name="user" label={t`User there`} required={false} autocomplete="off" />
        <Field
          name="password"
          type="password"
          label={t`Password there`}
          required={false}
          autocomplete="new-password"
        />
      </div>
      <Field
        name="from"
        label={t`From`}
        hint={t`Empty: the user’s own address.`}
        required={false}
        autocomplete="off"
      />
    </>
  );
}

function NtfyFields() {
  return (
    <>
      <Field
        name="topic"
        label={t`Topic`}
        hint={t`Who knows this name reads along: make it long.`}
        maxLength={64}
        autocomplete="off"
        focus
      />
      <Field
        name="server"
        label={t`Server`}
        hint={t`Empty: ntfy.sh, which then sees what you are told.`}
        placeholder={t`ntfy.sh`}
        required={false}
        autocomplete="off"
      />
      <Field
        name="token"
        type="password"
        label={t`Access token`}
        hint={t`Only if the topic is protected.`}
        required={false}
        autocomplete="new-password"
      />
    </>
  );
}

function TelegramFields() {
  return (
    <>
      <Field
        name="token"
        type="password"
        label={t`Token of the bot`}
        autocomplete="new-password"
        focus
      />
      <Field
        name="chat"
        label={t`Chat`}
        hint={t`Its number; @userinfobot in Telegram tells you yours.`}
        autocomplete="off"
      />
    </>
  );
}

function MatrixFields() {
  return (
    <>
      <Field
        name="server"
        label={t`Server`}
        placeholder={t`matrix.example.org`}
        autocomplete="off"
        focus
      />
      <Field name="room" label={t`Room`} placeholder={t`#family:example.org`} autocomplete="off" />
      <div class="pair">
        <Field name="user" label={t`User there`} autocomplete="off" />
        <Field
          name="password"
          type="password"
          label={t`Password there`}
          autocomplete="new-password"
        />
      </div>
    </>
  );
}

/** The tokens of an account. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useServer, useTime } from '../app/context';
import { Sure } from '../ui/actbutton';
import { Card } from '../ui/section';
import { useLoaded } from './loader';
import { NewToken } from './newtoken';
import { Trouble } from './once';
import { whenText } from './wording';

export function Tokens() {
  const { now } = useTime();
  const { api } = useServer();
  const [making, setMaking] = useState(false);
  const { value: tokens, failure, again } = useLoaded(async () => (await api.get('tokens')).tokens);
  return (
    <Card
      name={t`API tokens`}
      class="wide"
      aside={
        <button
          type="button"
          class="button"
          onClick={() => {
            setMaking(true);
          }}
        >{t`New token`}</button>
      }
    >
      <Trouble failure={failure} />
      {tokens?.length === 0 && (
        <p class="note">{t`For scripts, and for phones that post over HTTP. None so far.`}</p>
      )}
      <ul class="list">
        {tokens?.map((token) => (
          <li key={token.id}>
            <span class="list-in">
              <b>{token.name}</b>
              <span class="muted">
                {[...token.scopes, ...token.things].join(', ')} ·{' '}
                {token.used === undefined
                  ? t`never used`
                  : usedText(whenText(token.used, now.value))}
                {token.expires !== undefined &&
                  ` · ${endText(whenText(token.expires, now.value), token.expires < now.value)}`}
              </span>
            </span>
            <Sure
              words={t`Revoke`}
              sure={t`Yes, revoke`}
              label={token.name}
              act={async () => {
                await api.del('tokens/{id}', { id: token.id });
                await again();
              }}
            />
          </li>
        ))}
      </ul>
      {making && (
        <NewToken
          api={api}
          close={() => {
            setMaking(false);
            void again();
          }}
        />
      )}
    </Card>
  );
}

function usedText(when: string): string {
  return t`last used ${when}`;
}

function endText(until: string, over: boolean): string {
  return over ? t`has expired` : t`until ${until}`;
}

/** How one signs in: passkeys, and a second factor with its recovery codes. */
import { t } from '@lingui/core/macro';
import { useServer } from '../app/context';
import { Card } from '../ui/section';
import { useConfirmed } from './confirmation';
import { useLoaded } from './loader';
import { MyPasskeys } from './mypasskeys';
import { MyApp } from './myapp';
import { Trouble } from './once';
import './waysin.css';

export function WaysIn() {
  const { api } = useServer();
  const { value: factors, failure, again } = useLoaded(() => api.get('me/factors'));
  const { confirmed, asking } = useConfirmed(factors?.password ?? false);
  return (
    <Card name={t`How you sign in`} class="ways-in">
      <Trouble failure={failure} />
      {factors && (
        <>
          <MyPasskeys factors={factors} again={again} confirmed={confirmed} />
          <MyApp factors={factors} again={again} confirmed={confirmed} />
        </>
      )}
      {asking}
    </Card>
  );
}

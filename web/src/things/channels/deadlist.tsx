/** What did not get through in spite of all tries, to be tried again or thrown away. */
import { plural, t } from '@lingui/core/macro';
import { useTime } from '../../app/context';
import { shortTimeText } from '../../app/ages';
import { ActButton } from '../../ui/actbutton';
import { Card } from '../../ui/section';
import type { Channel, Dead } from './model';
import type { ChannelService } from './service';

/** So many are listed; the others follow as these are dealt with. */
const MOST = 30;

export function DeadList({
  dead,
  channels,
  service,
}: {
  dead: readonly Dead[];
  channels: readonly Channel[];
  service: ChannelService;
}) {
  const { now } = useTime();
  const names = new Map(channels.map(({ id, name }) => [id, name]));
  const more = dead.length - MOST;
  return (
    <Card name={t`What did not get through`} class="dead-card">
      <ul class="list">
        {dead.slice(0, MOST).map((each) => (
          <li key={`${each.channel} ${each.id}`} data-dead={each.id}>
            <span class="list-in">
              <b>{each.title}</b>
              <span class="muted">
                {[
                  shortTimeText(each.at, now.value),
                  names.get(each.channel) ?? each.channel,
                  plural(each.attempts, { one: '# try', other: '# tries' }),
                ].join(' · ')}
              </span>
              <q class="channel-why">{each.why}</q>
            </span>
            <span class="channel-acts">
              <ActButton
                words={t`Try again`}
                label={tryLabel(each.title)}
                act={() => service.settle(each, 'again')}
              />
              <ActButton
                words={t`Throw away`}
                label={throwLabel(each.title)}
                act={() => service.settle(each, 'discard')}
              />
            </span>
          </li>
        ))}
      </ul>
      {more > 0 && <p class="note">{plural(more, { one: 'And # more.', other: 'And # more.' })}</p>}
    </Card>
  );
}

function tryLabel(title: string): string {
  return t`Try again: ${title}`;
}

function throwLabel(title: string): string {
  return t`Throw away: ${title}`;
}

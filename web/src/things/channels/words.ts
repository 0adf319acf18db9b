/** Ways to be told, in words. */
import { t } from '@lingui/core/macro';
import { shortTimeText } from '../../app/ages';
import type { Way } from './addresses';
import { healthOf } from './model';
import type { Channel } from './model';

export type AnyWay = Way | 'webhook' | 'mqtt';

export function wayTitle(way: AnyWay): string {
  switch (way) {
    case 'mail':
      return t`E-mail`;
    case 'ntfy':
      return 'ntfy';
    case 'telegram':
      return t`Telegram`;
    case 'matrix':
      return t`Matrix`;
    case 'webhook':
      return t`Webhook`;
    case 'mqtt':
      return 'MQTT';
    case 'other':
      return t`Something else`;
  }
}

/** What it is and what one needs for it, in two sentences. */
export function wayHelp(way: AnyWay): string {
  switch (way) {
    case 'mail':
      return t`A letter for each thing that you are told. You need what your mail program has under “outgoing mail”.`;
    case 'ntfy':
      return t`A free app for phones that needs no account. Install it, subscribe to a topic with a name that nobody guesses, and write the same name here.`;
    case 'telegram':
      return t`A message from a bot of your own. Ask @BotFather in Telegram for a bot, write to it once, and copy its token here.`;
    case 'matrix':
      return t`A message in a room of Matrix. Make an account for the sender, and let it into the room.`;
    case 'webhook':
      return t`For programs: what you are told is posted to this address, signed as the Standard Webhooks say. What it is signed with is shown once, when you have added it.`;
    case 'mqtt':
      return t`For programs at the broker: what you are told is published at a topic of your own. Who may read it there, the broker decides.`;
    case 'other':
      return t`Any of the services that Apprise knows, by its address. Its documents say how each is written.`;
  }
}

/** How a channel stands, and the tone it is said in. */
export function healthText(channel: Channel): readonly [words: string, tone: 'ok' | 'bad' | 'off'] {
  switch (healthOf(channel)) {
    case 'off':
      return [t`Switched off`, 'off'];
    case 'failing':
      return [t`Does not get through`, 'bad'];
    case 'works':
      return [t`Works`, 'ok'];
    case 'new':
      return [t`Not used yet`, 'off'];
  }
}

/** What it was last used for, and what waits. */
export function useText({ last, waiting }: Channel, now: number): string[] {
  const when = last !== undefined ? shortTimeText(last, now) : '';
  return [
    ...(when === '' ? [] : [t`last told ${when}`]),
    ...(waiting > 0 ? [t`${waiting} waiting`] : []),
  ];
}

/** What kind of way a channel is. */
export function typeText({ type }: Pick<Channel, 'type'>): string {
  switch (type) {
    case 'push':
      return t`Notifications of a device`;
    case 'webhook':
      return t`Webhook`;
    case 'mqtt':
      return 'MQTT';
    case 'address':
      return t`Message service`;
  }
}

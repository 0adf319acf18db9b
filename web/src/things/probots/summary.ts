/** A ProBot in one line of the roster. */
import type { Thing } from '../../net/protocol';
import { keyOf } from '../../app/world';
import { present } from '../fields';
import { orderOf, plain } from '../names';
import type { Entry } from '../entry';
import { readProBot, routineText } from './read';

export function summariseProBot(thing: Thing): Entry {
  const robot = readProBot(thing);
  const parts = [
    routineText(robot.routine),
    robot.roundTrip === undefined ? '' : `${String(Math.round(robot.roundTrip))} ms`,
  ];
  return {
    key: keyOf('probot', thing.id),
    group: 'robots',
    name: robot.name,
    qualifier: robot.ip ?? '',
    initials: '',
    colour: 'robot',
    presence: robot.presence,
    charging: false,
    place: '',
    note: parts.filter(Boolean).join(' · '),
    search: plain(`${robot.name} ${robot.id} robot ${robot.ip ?? ''}`),
    order: orderOf(robot.name),
    ...present({ heard: robot.heard, battery: robot.battery, source: robot.source }),
  };
}

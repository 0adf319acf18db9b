/** What can happen, in words to choose from. */
import { t } from '@lingui/core/macro';
import type { SubjectKind } from './conditions';
import type { ConditionType } from './model';

interface Words {
  readonly title: string;
  readonly text: string;
}

export function conditionWords(): Readonly<Record<ConditionType, Words>> {
  return { ...places(), ...devices(), ...machines() };
}

const places = () => ({
  arrives: { title: t`arrives at a place`, text: t`Comes into a region` },
  leaves: { title: t`leaves a place`, text: t`Goes out of a region` },
  absent: { title: t`is not there in time`, text: t`Not in a region by an hour` },
  stays: { title: t`stays for too long`, text: t`In a region for longer than` },
  near: { title: t`comes near somebody`, text: t`Two are closer than a distance` },
});

const devices = () => ({
  battery: { title: t`battery gets low`, text: t`Below a limit, or will not last` },
  silent: { title: t`is silent`, text: t`Not heard for longer than usual` },
  speed: { title: t`is too fast`, text: t`Faster than a limit` },
});

const machines = () => ({
  fallen: { title: t`has fallen`, text: t`A robot lies on its side` },
  alarm: { title: t`raises an alarm`, text: t`Somebody else speaks to a robot` },
  latency: { title: t`answers slowly`, text: t`Its round trip takes too long` },
  disconnected: { title: t`connection is lost`, text: t`A broker cannot be reached` },
  flapping: { title: t`a client comes and goes`, text: t`A client connects again and again` },
  number: { title: t`a number of a topic`, text: t`Above, below, or changed` },
});

/** Kinds that a rule can look at, as headings. */
export function kindWords(): Readonly<Record<SubjectKind, string>> {
  return {
    friend: t`People`,
    probot: t`Robots`,
    broker: t`Brokers`,
    client: t`Clients of brokers`,
  };
}

/** All of a kind, and whatever comes later. */
export function allWords(): Readonly<Record<SubjectKind, string>> {
  return {
    friend: t`Anybody, also who comes later`,
    probot: t`Any robot, also what comes later`,
    broker: t`Any broker`,
    client: t`Any client, also what comes later`,
  };
}

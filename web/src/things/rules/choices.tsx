/** The choices for the part of the sentence that is open. */
import { t } from '@lingui/core/macro';
import { useEffect, useRef } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { BatteryChoice, LimitChoice, LongChoice, TimeChoice } from './limits';
import type { ChoiceProps } from './choice';
import { MarginChoice } from './margin';
import type { Slot } from './model';
import { OftenChoice } from './frequency';
import { PlaceChoice } from './place';
import { TopicChoice } from './topic';
import { WhatChoice } from './what';
import { WhenChoice } from './hourschoice';
import { OtherChoice, WhoChoice } from './who';
import { WhomChoice } from './whom';
import './choices.css';

export function Choices({
  id,
  slot,
  close,
  ...of
}: ChoiceProps & { id: string; slot: Slot; close(): void }) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    // Opened by a key or a finger: on to the choices themselves.
    const field = box.current?.querySelector<HTMLElement>('[data-first], input, select, button');
    if (document.activeElement?.matches('.rule-part')) field?.focus({ preventScroll: true });
    box.current?.scrollIntoView({ block: 'nearest' });
  }, [slot]);
  return (
    <section
      ref={box}
      id={id}
      class="rule-choices"
      aria-label={titleOf(slot)}
      data-choices={slot}
      onKeyDown={(key) => {
        if (key.key !== 'Escape') return;
        key.stopPropagation();
        close();
      }}
    >
      <header>
        <h3>{titleOf(slot)}</h3>
        <button type="button" class="button" onClick={close}>{t`Done`}</button>
      </header>
      {choiceFor(slot, of)}
    </section>
  );
}

function choiceFor(slot: Slot, of: ChoiceProps): ComponentChildren {
  switch (slot) {
    case 'who':
      return <WhoChoice {...of} />;
    case 'what':
      return <WhatChoice {...of} />;
    case 'place':
      return <PlaceChoice {...of} />;
    case 'other':
      return <OtherChoice {...of} />;
    case 'by':
      return of.draft.condition.type === 'battery' ? (
        <BatteryChoice {...of} />
      ) : (
        <TimeChoice {...of} />
      );
    case 'long':
      return <LongChoice {...of} />;
    case 'far':
    case 'times':
      return <LimitChoice slot={slot} {...of} />;
    case 'limit':
      return of.draft.condition.type === 'battery' ? (
        <BatteryChoice {...of} />
      ) : (
        <LimitChoice slot={slot} {...of} />
      );
    case 'topic':
      return <TopicChoice {...of} />;
    case 'margin':
      return <MarginChoice {...of} />;
    case 'when':
      return <WhenChoice {...of} />;
    case 'whom':
      return <WhomChoice {...of} />;
    case 'often':
      return <OftenChoice {...of} />;
  }
}

function titleOf(slot: Slot): string {
  switch (slot) {
    case 'who':
      return t`Who or what`;
    case 'what':
      return t`What happens`;
    case 'place':
      return t`Which place`;
    case 'other':
      return t`Near whom`;
    case 'by':
      return t`By when`;
    case 'long':
      return t`For how long`;
    case 'far':
      return t`How close`;
    case 'limit':
      return t`Which limit`;
    case 'times':
      return t`How many times`;
    case 'topic':
      return t`Which number`;
    case 'margin':
      return t`When it is over`;
    case 'when':
      return t`When it counts`;
    case 'whom':
      return t`Who is told`;
    case 'often':
      return t`How often`;
  }
}

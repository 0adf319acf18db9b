import { beforeEach, describe, expect, test } from 'vitest';
import { SliderHand } from '../../src/things/probots/drive/sliderhand';

describe('a finger on a slider', () => {
  let page: EventTarget;
  let home: number;
  let hand: SliderHand;

  beforeEach(() => {
    page = new EventTarget();
    home = 0;
    hand = new SliderHand(() => home++, page);
  });

  const goes = (what: 'pointerup' | 'pointercancel', pointerId: number) =>
    page.dispatchEvent(Object.assign(new Event(what), { pointerId }));

  test('is on until it goes up itself, whatever other fingers do', () => {
    hand.touched(1);
    goes('pointerup', 2);
    goes('pointercancel', 2);
    expect([hand.state, home]).toEqual(['on', 0]);
    goes('pointerup', 1);
    expect([hand.state, home]).toEqual(['none', 1]);
    goes('pointercancel', 1);
    expect(home).toBe(1);
  });

  test('counts no more after STOP was pressed by another one, until it goes up', () => {
    hand.touched(1);
    hand.drop();
    hand.blurred();
    goes('pointerup', 2);
    expect(hand.state).toBe('dropped');
    goes('pointercancel', 1);
    expect(hand.state).toBe('none');
  });

  test('that comes again is waited for anew', () => {
    hand.touched(1);
    hand.touched(3);
    goes('pointerup', 1);
    expect(hand.state).toBe('on');
    goes('pointerup', 3);
    expect(hand.state).toBe('none');
  });
});

test('a key that is held does not count after STOP until it goes up; without the focus it is up', () => {
  const hand = new SliderHand(() => undefined, new EventTarget());
  hand.on();
  hand.drop();
  hand.on();
  expect(hand.state).toBe('dropped');
  hand.off();
  hand.on();
  expect(hand.state).toBe('on');
  hand.blurred();
  expect(hand.state).toBe('none');
});

// @vitest-environment happy-dom
import { beforeEach, describe, expect, test } from 'vitest';
import type { Camera } from '../../src/map/camera';
import { CrowdBuffer, HIDDEN, WORDS } from '../../src/map/crowdbuffer';
import { pixelsPerStep, toX, toY } from '../../src/map/mercator';
import { missingMap } from '../../src/map/missing';
import { Portraits } from '../../src/map/portraits';
import type { Mark } from '../../src/map/types';

const camera: Camera = {
  centre: { x: toX(0), y: toY(0) },
  originX: 400,
  originY: 300,
  pixelsPerStep: pixelsPerStep(3),
  width: 800,
  height: 600,
};

const mark = (id: string, more: Partial<Mark> = {}): Mark => ({
  id,
  lng: 0,
  lat: 0,
  kind: 'friend',
  label: id,
  initials: 'AB',
  colour: '#5aaefb',
  moving: false,
  presence: 'live',
  glideMs: 0,
  ...more,
});

let parent: HTMLElement;
let table: CrowdBuffer;
let portraits: Portraits;

function show(...marks: Mark[]) {
  for (const one of marks) {
    table.put(one, 0, 0);
    portraits.update(one);
  }
  portraits.show(marks.map(({ id }) => id));
}
function find(selector: string): HTMLElement {
  const found = parent.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`there is no ${selector}`);
  return found;
}
const isDot = (id: string) =>
  ((table.u32[(table.slotOf(id) ?? 0) * WORDS + 7] ?? 0) & HIDDEN) === 0;

beforeEach(() => {
  parent = document.createElement('div');
  table = new CrowdBuffer();
  portraits = new Portraits(parent, table);
});

describe('a portrait', () => {
  test('takes the place of its dot, and gives it back', () => {
    show(mark('a'), mark('b'));
    expect([isDot('a'), isDot('b')]).toEqual([false, false]);
    portraits.show(['b']);
    expect([isDot('a'), isDot('b')]).toEqual([true, false]);
    expect(parent.querySelectorAll('.mark')).toHaveLength(1);
  });

  test('stands where its mark is', () => {
    show(mark('a', { lng: 45 }));
    portraits.move(camera, 0);
    expect(find('.mark').style.transform).toBe('translate(912px, 300px)');
  });

  test('shows names from outside as text', () => {
    show(mark('a', { label: '<img src=x onerror=alert(1)>', initials: '<b>' }));
    expect(find('.mark-name').textContent).toBe('<img src=x onerror=alert(1)>');
    expect(find('.mark-face').textContent).toBe('<b>');
    expect(parent.querySelector('img, b')).toBeNull();
  });

  test('shows a face, but only one that is a picture', () => {
    show(mark('a', { face: 'data:image/png;base64,AAAA' }));
    expect(find('.mark-face img').getAttribute('src')).toBe('data:image/png;base64,AAAA');
    show(mark('a', { face: 'faces/jane/phone/0123456789abcdef' }));
    expect(find('.mark-face img').getAttribute('src')).toBe('faces/jane/phone/0123456789abcdef');
    find('.mark-face img').dispatchEvent(new Event('error'));
    expect(find('.mark-face').textContent).toBe('AB');
    for (const face of [
      'faces/jane/phone/../../x',
      'faces://evil/a/b',
      'javascript:alert(1)',
      'data:image/svg+xml;base64,AAAA',
      'data:text/html;base64,AAAA',
      'https://example.org/face.png',
    ]) {
      show(mark('a', { face }));
      expect(parent.querySelector('img')).toBeNull();
      expect(find('.mark-face').textContent).toBe('AB');
    }
  });

  test('points ahead only while it moves', () => {
    show(mark('a', { heading: 90, moving: true }));
    expect(find('.mark').classList.contains('is-heading')).toBe(true);
    expect(find('.mark').style.getPropertyValue('--heading')).toBe('90deg');
    show(mark('a', { heading: 90 }));
    expect(find('.mark').classList.contains('is-heading')).toBe(false);
  });

  test('tells its age once it is no longer live', () => {
    show(mark('a', { ageText: '47 min' }));
    expect(find('.mark-age').textContent).toBe('');
    show(mark('a', { presence: 'stale', ageText: '47 min' }));
    expect(find('.mark-age').textContent).toBe('47 min');
    expect(find('.mark').dataset['presence']).toBe('stale');
  });

  test('is selected whether it is shown before or after', () => {
    portraits.select('b');
    show(mark('a'), mark('b'));
    expect(find('.is-selected').dataset['id']).toBe('b');
    portraits.select('a');
    expect(find('.is-selected').dataset['id']).toBe('a');
    portraits.select(null);
    expect(parent.querySelector('.is-selected')).toBeNull();
  });

  test('is found by what was touched inside it', () => {
    show(mark('friend/jane/phone'));
    expect(Portraits.idAt(find('.mark-face'))).toBe('friend/jane/phone');
    expect(Portraits.idAt(parent)).toBeNull();
    expect(Portraits.idAt(null)).toBeNull();
  });
});

describe('together', () => {
  test('portraits are hidden from assistive technology, which has the roster', () => {
    expect(find('.marks').getAttribute('aria-hidden')).toBe('true');
  });

  test('two in one place step apart and leave their dots behind', () => {
    show(mark('a'), mark('b'));
    portraits.arrange(camera, 0);
    expect(find('[data-id=a]').style.getPropertyValue('--dx')).toBe('-21px');
    expect([isDot('a'), isDot('b')]).toEqual([true, true]);
    table.put(mark('b', { lng: 20 }), 0, 0);
    portraits.arrange(camera, 0);
    expect(find('[data-id=a]').style.getPropertyValue('--dx')).toBe('0px');
    expect([isDot('a'), isDot('b')]).toEqual([false, false]);
  });

  test('what they cover is told, names included', () => {
    show(mark('a'));
    const covered = portraits.arrange(camera, 0);
    expect(covered).toHaveLength(2);
    expect(find('.mark').dataset['name']).toBe('below');
  });
});

describe('a name under the pointer', () => {
  test('is that of a dot; a portrait has its own', () => {
    show(mark('a'));
    const dot = mark('dot', { presence: 'offline', ageText: '2 d' });
    table.put(dot, 0, 0);
    portraits.hint(dot);
    expect(find('.mark-hint').textContent).toBe('dot · 2 d');
    expect(find('.mark-hint').hidden).toBe(false);
    portraits.hint(mark('a'));
    expect(find('.mark-hint').hidden).toBe(true);
  });
});

test('where no map can be drawn the page is told why and may go on as if', () => {
  const map = missingMap(parent, 'No WebGL.');
  const heard: (string | null)[] = [];
  map.onTrouble((why) => heard.push(why));
  map.put(mark('a'));
  map.follow('a');
  map.setView({ zoom: 3, lat: 1, lng: 2 });
  expect(map.view()).toEqual({ zoom: 3, lat: 1, lng: 2 });
  expect(heard).toEqual(['No WebGL.']);
  expect(find('.map-missing').textContent).toContain('No WebGL.');
  map.destroy();
  expect(parent.querySelector('.map-missing')).toBeNull();
});

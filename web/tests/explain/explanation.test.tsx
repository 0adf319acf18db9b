import { act, cleanup, fireEvent, render, screen } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ExplainedTerm, termOf } from '../../src/things/explainedterm';
import { meaningOf, TERMS } from '../../src/things/glossary';
import { placeBy } from '../../src/ui/explanation';

const shown: HTMLElement[] = [];

beforeEach(() => {
  // This document has no top layer.
  Object.assign(HTMLElement.prototype, {
    showPopover(this: HTMLElement) {
      shown.push(this);
    },
    hidePopover() {
      shown.length = 0;
    },
  });
});

afterEach(() => {
  cleanup();
  shown.length = 0;
  vi.unstubAllGlobals();
});

const word = () => screen.getByRole('button', { name: 'stale' });

/** By either name: this document has no `onpointerenter`, which Preact looks for. */
function mouse(what: 'enter' | 'leave', pointerType = 'mouse'): void {
  for (const name of [`pointer${what}`, `Pointer${what === 'enter' ? 'Enter' : 'Leave'}`]) {
    word().parentElement?.dispatchEvent(Object.assign(new Event(name), { pointerType }));
  }
}

describe('a word that says what it means', () => {
  test('has its meaning as its description, before anybody touches it', () => {
    render(<ExplainedTerm of="stale" />);
    const described = document.getElementById(word().getAttribute('aria-describedby') ?? '');
    expect(described?.textContent).toBe(meaningOf('stale').means);
    expect(shown).toEqual([]);
  });

  test.each([
    ['a touch', () => fireEvent.click(word())],
    ['the focus', () => fireEvent.focus(word())],
    [
      'the mouse',
      () => {
        mouse('enter');
      },
    ],
  ])('shows it on %s, and hides it on Escape', (_, touch) => {
    render(<ExplainedTerm of="stale" />);
    act(() => void touch());
    expect(shown.map((each) => each.textContent)).toEqual([meaningOf('stale').means]);
    act(() => void fireEvent.keyDown(word(), { key: 'Escape' }));
    expect(shown).toEqual([]);
  });

  test('stays when a finger, which is said to leave, has touched it', () => {
    render(<ExplainedTerm of="stale" />);
    act(() => void fireEvent.click(word()));
    act(() => {
      mouse('leave', 'touch');
    });
    expect(shown.length).toBe(1);
    act(() => {
      mouse('leave');
    });
    expect(shown).toEqual([]);
  });

  test('hides it on a touch elsewhere', () => {
    render(<ExplainedTerm of="stale" />);
    act(() => void fireEvent.click(word()));
    act(() => void fireEvent.pointerDown(document.body));
    expect(shown).toEqual([]);
  });
});

describe('its place', () => {
  const window = { width: 390, height: 844 };

  test('is below a word in the upper half, above one in the lower, and never off the window', () => {
    expect(placeBy({ left: 40, right: 90, top: 100, bottom: 120 }, window)).toEqual({
      ...{ left: 40, width: 280, top: 126 },
    });
    const low = placeBy({ left: 350, right: 380, top: 800, bottom: 820 }, window);
    expect(low).toEqual({ left: 98, width: 280, bottom: 50 });
    const narrow = { width: 240, height: 400 };
    expect(placeBy({ left: 5, right: 45, top: 10, bottom: 20 }, narrow).width).toBe(216);
  });

  test('ends with the word where lines run from right to left', () => {
    const word = { left: 300, right: 350, top: 100, bottom: 120 };
    expect(placeBy(word, window, true).left).toBe(350 - 280);
    expect(placeBy({ ...word, left: 5, right: 60 }, window, true).left).toBe(12);
  });
});

describe('the glossary', () => {
  test('explains each word in sentences, none twice', () => {
    const meanings = TERMS.map((term) => meaningOf(term));
    expect(new Set(meanings.map(({ word: each }) => each)).size).toBe(TERMS.length);
    for (const { means } of meanings) expect(means).toMatch(/^[A-Z].*\.$/);
  });

  test('has the word for each state of somebody', () => {
    expect(termOf('ok', 'live')).toBe('live');
    expect(termOf('warn', 'stale')).toBe('stale');
    expect(termOf('warn', 'live')).toBe('stale');
    expect(termOf('off', 'offline')).toBe('offline');
  });
});

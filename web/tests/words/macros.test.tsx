/** What the macros are made into: sentences with values, plurals, and elements in their places. */
import { plural, t } from '@lingui/core/macro';
import { Plural, Trans } from '@lingui/react/macro';
import { render } from '@testing-library/preact';
import { afterEach, expect, test } from 'vitest';
import { i18n } from '#words/i18n';
import { foreignMessage } from '../../src/words/pseudo';

afterEach(() => {
  i18n.activate('en');
});

function Sentence({ age, name }: { age: string; name: string }) {
  return (
    <p>
      <Trans>
        <b>{name}</b> was seen <a href="#map">on the map</a> {age} ago.
        <br />
        It was far.
      </Trans>
    </p>
  );
}

test('English needs no catalogue', () => {
  const age = '3 min';
  const friends = (count: number) => plural(count, { one: '# friend', other: '# friends' });
  expect(t`Seen ${age} ago`).toBe('Seen 3 min ago');
  expect([0, 1, 1234].map(friends)).toEqual(['0 friends', '1 friend', '1,234 friends']);
});

test('elements stand in the sentence', () => {
  const { container } = render(<Sentence age="3 min" name="Jane" />);
  expect(piecesOf(container)).toEqual([
    'B Jane',
    '#text  was seen ',
    'A on the map',
    '#text  3 min ago.',
    'BR ',
    '#text It was far.',
  ]);
});

test('a plural may have elements, too', () => {
  const regions = (count: number) => (
    <p>
      <Plural
        value={count}
        one={
          <span>
            <b>#</b> region
          </span>
        }
        other={
          <span>
            <b>#</b> regions
          </span>
        }
      />
    </p>
  );
  expect(piecesOf(render(regions(1)).container, 'p span')).toEqual(['B 1', '#text  region']);
  const many = render(regions(1200)).container;
  expect(piecesOf(many, 'p span')).toEqual(['B 1,200', '#text  regions']);
});

test('another language may put them in another order', () => {
  const { container: english } = render(<Sentence age="3 min" name="Jane" />);
  expect(english.textContent).toContain('was seen');
  i18n.load('xx', {
    [idOf(<Sentence age="" name="" />)]: ['<1>Karte</1>: <0>', ['name'], '</0>!'],
  });
  i18n.activate('xx');
  const { container } = render(<Sentence age="3 min" name="Jane" />);
  expect(piecesOf(container)).toEqual(['A Karte', '#text : ', 'B Jane', '#text !']);
  expect(container.querySelector('a')?.getAttribute('href')).toBe('#map');
});

test('pretended languages leave values, plurals and tags alone', () => {
  expect(foreignMessage('See <0>the map</0>')).toBe('Šéé ~<0>thé màp~~</0>');
  expect(foreignMessage([['n', 'plural', { one: ['#', ' day'], other: ['#', ' days'] }]])).toEqual([
    ['n', 'plural', { one: ['#', ' dàý~'], other: ['#', ' dàýš~'] }],
  ]);
});

/** What is in the sentence, one after the other: each with its kind. */
function piecesOf(container: Element, within = 'p'): string[] {
  const pieces = container.querySelector(within)?.childNodes ?? [];
  return [...pieces].map((piece) => `${piece.nodeName} ${piece.textContent ?? ''}`);
}

/** The id under which a sentence is asked for, found out by asking for it. */
function idOf(sentence: Parameters<typeof render>[0]): string {
  const asked: string[] = [];
  const stop = i18n.on('missing', ({ id }) => asked.push(id));
  render(sentence);
  stop();
  return asked[0] ?? '';
}

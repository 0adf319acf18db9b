/** What stands above and below a level of the topic tree: the way down to it, its sums, its pages. */
import { plural, t } from '@lingui/core/macro';
import { ArrowUp, ChevronLeft, ChevronRight, Pin } from 'lucide';
import type { TopicNode, TopicPage } from '../../console/topics';
import type { Broker } from '../../things/broker/read';
import { Icon } from '../../ui/icon';
import { fixed, grouped } from '../../ui/numbers';

/** The way from the broker down to this level. */
export function Crumbs({
  path,
  goTo,
  broker,
  here,
}: {
  path: readonly string[];
  goTo: (next: readonly string[]) => void;
  broker: Pick<Broker, 'id'> | undefined;
  here: TopicNode | undefined;
}) {
  return (
    <nav class="crumbs" aria-label={t`Where in the tree`}>
      <button
        type="button"
        class="icon-button small"
        aria-label={t`One level up`}
        disabled={path.length === 0}
        onClick={() => {
          goTo(path.slice(0, -1));
        }}
      >
        <Icon of={ArrowUp} size={15} />
      </button>
      <ol>
        <li>
          <button
            type="button"
            onClick={() => {
              goTo([]);
            }}
          >
            {broker?.id ?? t`broker`}
          </button>
        </li>
        {path.map((level, index) => (
          <li key={index}>
            <button
              type="button"
              aria-current={index === path.length - 1 ? 'true' : undefined}
              onClick={() => {
                goTo(path.slice(0, index + 1));
              }}
            >
              <code>{level === '' ? t`(empty)` : level}</code>
            </button>
          </li>
        ))}
      </ol>
      {here && <span class="muted number">{path.length > 0 && heardText(here)}</span>}
    </nav>
  );
}

/** How much came to a level of the tree. */
function heardText({ messages, rate }: TopicNode): string {
  const perSecond = fixed(rate, 1);
  return t`${plural(messages, { one: '# message', other: '# messages' })}, ${perSecond}/s`;
}

export function Foot({
  page,
  all,
  pages,
  setPages,
}: {
  page: TopicPage;
  all: boolean;
  pages: readonly (string | undefined)[];
  setPages(pages: readonly (string | undefined)[]): void;
}) {
  return (
    <p class="note foot" data-hears={page.all ? 'all' : 'own'}>
      <span>
        {t`${grouped(page.total)} here, ${plural(page.topics, { one: '# topic', other: '# topics' })} in all`}
      </span>
      {page.node !== undefined && page.node.retained > 0 && (
        <span>
          <Icon of={Pin} size={12} /> {plural(page.node.retained, { other: '# retained' })}
        </span>
      )}
      {!page.all && (
        <span>
          {all ? t`beginning to hear everything…` : t`only what Sightline itself listens to`}
        </span>
      )}
      {page.cut > 0 && (
        <span class="caution">
          {plural(page.cut, {
            one: '# message to topics that found no room in the tree',
            other: '# messages to topics that found no room in the tree',
          })}
        </span>
      )}
      {(pages.length > 1 || page.after !== undefined) && (
        <Pager pages={pages} turn={setPages} after={page.after} />
      )}
    </p>
  );
}

/** Back and on. `pages` is where each page until this one began, `after` where the next one does. */
export function Pager({
  pages,
  turn,
  after,
}: {
  pages: readonly (string | undefined)[];
  turn(pages: readonly (string | undefined)[]): void;
  after: string | undefined;
}) {
  return (
    <span class="pager">
      <button
        type="button"
        class="button small"
        disabled={pages.length <= 1}
        onClick={() => {
          turn(pages.slice(0, -1));
        }}
      >
        <Icon of={ChevronLeft} size={14} />
        {t`Back`}
      </button>
      <span class="number">{t`page ${pages.length}`}</span>
      <button
        type="button"
        class="button small"
        disabled={after === undefined}
        onClick={() => {
          turn([...pages, after]);
        }}
      >
        {t`Next`}
        <Icon of={ChevronRight} size={14} />
      </button>
    </span>
  );
}

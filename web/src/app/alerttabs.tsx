/** The two sides of being told: what was told, and the rules that say what is. */
import { t } from '@lingui/core/macro';
import { writePlace } from './address';
import type { Section } from './address';
import { useNavigation, useWho } from './context';

export function AlertTabs() {
  const { section, go } = useNavigation();
  const { sections } = useWho();
  const pages: readonly (readonly [Section, string])[] = [
    ['alerts', t`Alerts`],
    ['rules', t`Rules`],
  ];
  return (
    <nav class="chips" aria-label={t`Alerts and rules`}>
      {pages
        .filter(([page]) => sections.includes(page))
        .map(([page, name]) => (
          <a
            key={page}
            class="chip"
            href={writePlace({ section: page })}
            aria-current={section.value === page ? 'page' : undefined}
            onClick={(click) => {
              if (click.metaKey || click.ctrlKey || click.shiftKey) return;
              click.preventDefault();
              go(page);
            }}
          >
            {name}
          </a>
        ))}
    </nav>
  );
}

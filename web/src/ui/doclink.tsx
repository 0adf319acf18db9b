/** A link to a page of the documents, which the server has at /docs beside this page. */
import { t } from '@lingui/core/macro';
import type { ComponentChildren } from 'preact';
import { errorPage } from './errorpages';

/** The documents that the page leads to; tests/documents.test.ts finds each of them. */
export const DOCUMENTS = {
  all: 'docs/index.html',
  mosquitto: 'docs/operators/mosquitto.html',
  https: 'docs/operators/https.html',
  accounts: 'docs/operators/accounts.html',
  phones: 'docs/operators/phones.html',
  degraded: 'docs/operators/troubleshooting.html#the-disk-is-full-or-cannot-be-written-degraded',
  brokerLost: 'docs/operators/troubleshooting.html#broker-lost',
  apps: 'docs/users/apps.html',
  app: 'docs/users/app.html',
  ruleText: 'docs/users/rules-as-text.html',
} as const;

export function DocLink({
  to,
  children,
}: {
  to: keyof typeof DOCUMENTS;
  children: ComponentChildren;
}) {
  return (
    <a class="doc-link" href={DOCUMENTS[to]} target="_blank" rel="noopener">
      {children}
    </a>
  );
}

/** Behind the words of a refusal: where to read on, if the documents have something about it. */
export function ErrorLink({ code }: { code: string | undefined }) {
  const page = code === undefined ? undefined : errorPage(code);
  if (page === undefined) return null;
  return (
    <>
      {' '}
      <a
        class="doc-link"
        data-error={code}
        href={page}
        target="_blank"
        rel="noopener"
      >{t`What to do`}</a>
    </>
  );
}

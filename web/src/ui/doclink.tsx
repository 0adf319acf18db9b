/** A link to a page of the documents, which the server has at /docs beside this page. */
import type { ComponentChildren } from 'preact';

/** The documents that the page leads to; tests/documents.test.ts finds each of them. */
export const DOCUMENTS = {
  all: 'docs/index.html',
  mosquitto: 'docs/operators/mosquitto.html',
  https: 'docs/operators/https.html',
  accounts: 'docs/operators/accounts.html',
  phones: 'docs/operators/phones.html',
  apps: 'docs/users/apps.html',
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

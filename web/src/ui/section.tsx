/** The frame of every section that is not the map: its title, how things stand, and its cards. */
import type { ComponentChildren } from 'preact';

export function SectionPage({
  name,
  about,
  status,
  children,
  class: className = '',
}: {
  name: string;
  about?: ComponentChildren;
  /** How the connections stand. */
  status: ComponentChildren;
  children: ComponentChildren;
  class?: string;
}) {
  return (
    <main id="content" class={`section ${className}`} tabIndex={-1}>
      <div class="section-in">
        <header class="top">
          <h1>{name}</h1>
          {about !== undefined && <p class="muted">{about}</p>}
          {status}
        </header>
        {children}
      </div>
    </main>
  );
}

export function Card({
  name,
  aside,
  children,
  class: className = '',
}: {
  name: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
  class?: string;
}) {
  return (
    <section class={`card ${className}`} aria-label={name}>
      <header>
        <h2>{name}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

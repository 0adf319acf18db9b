/** The manifest of the app, and the icons it names. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { maskable, silhouette } from '../../scripts/build-icons.mjs';

const read = (name: string) =>
  readFileSync(new URL(`../../public/${name}`, import.meta.url), 'utf8');

interface Icon {
  readonly src: string;
  readonly sizes: string;
  readonly purpose?: string;
}

interface Manifest {
  readonly [field: string]: unknown;
  readonly icons: readonly Icon[];
  readonly shortcuts: readonly { readonly url: string }[];
}

const manifest = JSON.parse(read('manifest.webmanifest')) as Manifest;

test('it is an app below whatever prefix, known by where it starts', () => {
  expect(manifest).toMatchObject({
    ...{ start_url: './', scope: './', display: 'standalone', name: 'Sightline' },
    ...{ background_color: '#0c131f', theme_color: '#0c131f' },
  });
  // It would be taken from the origin: decisions/0125.
  expect(manifest).not.toHaveProperty('id');
  for (const { url } of manifest.shortcuts) expect(url).toMatch(/^\.\/#/);
});

test('it has icons of the sizes that browsers ask for, as they are and to be cut', () => {
  const sizes = (purpose?: string) =>
    manifest.icons.filter((icon) => icon.purpose === purpose).map((icon) => icon.sizes);
  expect(sizes()).toEqual(['any', '192x192', '512x512']);
  expect(sizes('maskable')).toEqual(['192x192', '512x512']);
  for (const { src } of manifest.icons) expect(src).toMatch(/^\.\/icons?[\w/-]*\.(svg|png)$/);
});

describe('icons made of the one drawing', () => {
  const svg = read('icon.svg');

  test('to be cut: the ground goes to the edge, the drawing stays inside', () => {
    const made = maskable(svg);
    expect(made).toMatch(
      /<rect width="32" height="32" fill="#131c2b"\/><g transform="translate\(4\.4\d* 4\.4\d*\) scale\(0\.72\)">/,
    );
    expect(made.trimEnd().endsWith('</g></svg>')).toBe(true);
    expect(() => maskable('<svg viewBox="0 0 32 32"></svg>')).toThrow('no square ground');
  });

  test('beside the clock: the shape alone', () => {
    const made = silhouette(svg);
    expect(made).not.toMatch(/<rect|url\(#g\)/);
    expect(made).toContain('stroke="#fff"');
  });
});

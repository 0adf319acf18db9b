/**
 * Turns the documents (server/docs) into the pages below /docs of a built page.
 *
 *     node scripts/build-docs.mjs ../server/docs dist
 *
 * The order of the navigation is that of the links in server/docs/README.md. Links between documents
 * are checked: one that leads nowhere, or to a heading that is not there, fails the build.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Marked } from 'marked';

const HERE = dirname(fileURLToPath(import.meta.url));
const escape = (text) =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

/** The id of a heading, as the repository's own viewers make it. */
export const slug = (text) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

/** One document: its HTML, its title, its headings and its sections as plain text for the search. */
export function render(markdown, path) {
  const headings = [];
  const sections = [];
  const links = [];
  const marked = new Marked({
    walkTokens(token) {
      if (token.type === 'heading') {
        const count = headings.filter((each) => each.base === slug(token.text)).length;
        const base = slug(token.text);
        const id = count ? `${base}-${count}` : base;
        headings.push({ base, id, depth: token.depth, text: token.text.replace(/`/g, '') });
        sections.push({ id, heading: token.text.replace(/`/g, ''), text: '' });
      } else if (
        'text' in token &&
        ['paragraph', 'code', 'list_item', 'tablecell'].includes(token.type)
      ) {
        if (sections.length) sections.at(-1).text += ` ${token.text}`;
      } else if (token.type === 'table' && sections.length) {
        const cells = [...token.header, ...token.rows.flat()];
        sections.at(-1).text += ` ${cells.map((cell) => cell.text).join(' ')}`;
      }
    },
  });
  let next = 0;
  marked.use({
    renderer: {
      heading({ tokens, depth }) {
        const { id } = headings[next++];
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)} <a class="anchor" href="#${id}" aria-label="Link to this section">#</a></h${depth}>\n`;
      },
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens);
        if (/^[a-z]+:/.test(href)) return `<a href="${escape(href)}" rel="noreferrer">${text}</a>`;
        links.push(href);
        if (posix.normalize(posix.join(posix.dirname(path), href)).startsWith('..')) return text; // in the repository only
        return `<a href="${escape(href.replace(/\.md(?=$|#)/, '.html').replace(/README\.html/, 'index.html'))}">${text}</a>`;
      },
      table(token) {
        const cell = (tag, { tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`;
        const head = token.header.map((each) => cell('th', each)).join('');
        const rows = token.rows.map(
          (row) => `<tr>${row.map((each) => cell('td', each)).join('')}</tr>`,
        );
        return `<div class="wide" tabindex="0" role="region" aria-label="Table"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>\n`;
      },
      code({ text }) {
        return `<pre tabindex="0"><code>${escape(text)}</code></pre>\n`;
      },
      html({ text }) {
        return escape(text); // documents hold no HTML of their own
      },
    },
  });
  const html = marked.parse(markdown);
  const title = headings[0]?.text ?? path;
  return { path, html, title, headings, sections, links };
}

/** The groups of the navigation: `## Group` and the links below it in README.md. */
export function navigation(readme) {
  const groups = [];
  for (const line of readme.split('\n')) {
    const group = /^## (.+)/.exec(line);
    if (group) groups.push({ title: group[1], paths: [] });
    for (const [, path] of line.matchAll(/\]\(([\w./-]+\.md)\)/g)) groups.at(-1)?.paths.push(path);
  }
  return groups.filter((group) => group.paths.length);
}

/** What is wrong with the links of `documents` (by path), in sentences. */
export function brokenLinks(documents, exists) {
  const found = [];
  for (const { path, links } of documents.values()) {
    for (const link of links) {
      const [file, hash] = link.split('#');
      const target = file ? posix.normalize(posix.join(posix.dirname(path), file)) : path;
      const document = documents.get(target);
      if (!document && !exists(target)) found.push(`${path}: ${link}: there is no such file`);
      if (document && hash && !document.headings.some(({ id }) => id === hash))
        found.push(`${path}: ${link}: there is no such heading`);
    }
  }
  return found;
}

function page(document, documents, groups) {
  const up = posix.relative(posix.dirname(document.path), '.') || '.';
  const to = (path) => `${up}/${path.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html')}`;
  const nav = groups
    .map(({ title, paths }) => {
      const items = paths.map((path) => {
        const here = path === document.path ? ' aria-current="page"' : '';
        return `<li><a href="${to(path)}"${here}>${escape(documents.get(path).title)}</a></li>`;
      });
      return `<h2>${escape(title)}</h2><ul>${items.join('')}</ul>`;
    })
    .join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="dark light" />
<title>${escape(document.title)} · Sightline</title>
<link rel="icon" href="${up}/../icon.svg" type="image/svg+xml" />
<script src="${up}/../theme.js"></script>
<link rel="stylesheet" href="${up}/docs.css" />
<script type="module" src="${up}/search.js"></script>
</head>
<body>
<a class="skip" href="#text">Skip to the text</a>
<header><a class="home" href="${up}/../">Sightline</a><a href="${up}/index.html">Documents</a>
<search><input id="search" type="search" placeholder="Search the documents" aria-label="Search the documents" autocomplete="off" data-up="${up}" /><ol id="found" hidden></ol></search></header>
<div class="columns">
<nav aria-label="Documents"><details open><summary>All documents</summary>${nav}</details></nav>
<main id="text">
${document.html}</main>
</div>
</body>
</html>
`;
}

export function build(source, dist) {
  const documents = new Map();
  for (const name of readdirSync(source, { recursive: true }).map(String).sort()) {
    const path = name.replaceAll('\\', '/');
    if (path.endsWith('.md'))
      documents.set(path, render(readFileSync(join(source, name), 'utf-8'), path));
  }
  const groups = navigation(readFileSync(join(source, 'README.md'), 'utf-8'));
  const wrong = brokenLinks(documents, (path) => existsSync(join(source, path)));
  for (const { paths } of groups)
    for (const path of paths)
      if (!documents.has(path)) wrong.push(`README.md: ${path}: there is no such file`);
  const listed = new Set(['README.md', ...groups.flatMap(({ paths }) => paths)]);
  for (const { path, links } of documents.values())
    if (path.endsWith('/README.md'))
      for (const link of links) listed.add(posix.join(posix.dirname(path), link.split('#')[0]));
  for (const path of documents.keys())
    if (!listed.has(path)) wrong.push(`${path}: no README.md names it`);
  if (wrong.length) throw new Error(wrong.join('\n'));
  const out = join(dist, 'docs');
  mkdirSync(out, { recursive: true });
  for (const document of documents.values()) {
    const file = join(
      out,
      document.path.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html'),
    );
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, page(document, documents, groups));
  }
  if (existsSync(join(source, 'images')))
    cpSync(join(source, 'images'), join(out, 'images'), { recursive: true });
  const index = [...documents.values()].flatMap(({ path, title, sections }) =>
    sections.map(({ id, heading, text }) => ({
      id: `${path.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html')}#${id}`,
      title,
      heading,
      text: text.replace(/[`*|]/g, ' ').replace(/\s+/g, ' ').trim(),
    })),
  );
  writeFileSync(join(out, 'search.json'), JSON.stringify(index));
  const theme = readFileSync(join(HERE, '../src/theme/tokens.css'), 'utf-8');
  writeFileSync(
    join(out, 'docs.css'),
    `${theme}\n${readFileSync(join(HERE, '../docs/docs.css'), 'utf-8')}`,
  );
  copyFileSync(join(HERE, '../docs/search.js'), join(out, 'search.js'));
  copyFileSync(
    join(HERE, '../node_modules/minisearch/dist/es/index.js'),
    join(out, 'minisearch.js'),
  );
  return documents.size;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [source, dist] = process.argv.slice(2);
  try {
    console.log(`build-docs: ${build(source, dist)} documents`);
  } catch (error) {
    console.error(`build-docs: ${error.message}`);
    process.exitCode = 1;
  }
}

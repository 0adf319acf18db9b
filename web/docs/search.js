// Searches the documents: an index of their sections, made when the page was built.
import MiniSearch from './minisearch.js';

const field = document.querySelector('#search');
const list = document.querySelector('#found');
let searching;

// On a phone the text comes first; the list of documents is a tap away.
if (matchMedia('(width < 52rem)').matches) document.querySelector('nav details').open = false;

async function index() {
  const answer = await fetch(new URL('./search.json', import.meta.url));
  const sections = await answer.json();
  const search = new MiniSearch({
    fields: ['heading', 'title', 'text'],
    storeFields: ['heading', 'title', 'text'],
    searchOptions: {
      boost: { heading: 4, title: 2 },
      prefix: true,
      fuzzy: 0.15,
      combineWith: 'AND',
    },
  });
  search.addAll(sections);
  return search;
}

function item({ id, heading, title, text }, word) {
  const link = document.createElement('a');
  link.href = `${field.dataset.up}/${id}`;
  const name = document.createElement('b');
  name.textContent = heading === title ? title : `${title}: ${heading}`;
  const at = Math.max(0, text.toLowerCase().indexOf(word.toLowerCase()) - 40);
  const part = document.createElement('span');
  part.textContent = `${at ? '…' : ''}${text.slice(at, at + 140)}`;
  link.append(name, part);
  const entry = document.createElement('li');
  entry.append(link);
  return entry;
}

async function show() {
  const wanted = field.value.trim();
  list.hidden = wanted.length < 2;
  if (list.hidden) return;
  searching ??= index();
  const found = (await searching).search(wanted).slice(0, 12);
  if (field.value.trim() !== wanted) return; // somebody typed on
  list.replaceChildren(...found.map((each) => item(each, wanted.split(/\s+/)[0])));
  if (!found.length) {
    const none = document.createElement('li');
    none.textContent = `Nothing found for “${wanted}”.`;
    list.append(none);
  }
}

field.addEventListener('input', () => void show());
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== field) {
    event.preventDefault();
    field.focus();
  } else if (event.key === 'Escape') {
    list.hidden = true;
  }
});

/**
 * Finds words that the field's own have replaced, in the names of files, types, functions, classes
 * and whatever else stands at the top of a file. tests/test_words.py holds the server to the same.
 *
 *     node scripts/check-words.mjs src tests scripts
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Each retired word, and what is said instead. */
export const RETIRED = {
  helm: 'requests',
  verb: 'request',
  verbs: 'requests',
  desk: 'service',
  keeper: 'service',
  witness: 'audit log',
  deed: 'event of the audit log, edit of a drawing',
  veil: 'pseudonyms',
  roll: 'account cache',
  lookout: 'geofence monitor',
  whereabouts: 'containment',
  claim: 'lock',
  claimant: 'lock client',
  wheel: 'command publisher',
  seat: 'driving session',
  lifeline: 'will connection',
  patience: 'timeouts',
  ears: 'subscriptions',
  tells: 'bus',
  sight: 'visible scope',
  intake: 'ingest',
  standing: 'status, availability',
  worst: 'bound',
  herald: 'notifications',
  tape: 'frame log',
  traveller: 'time travel',
  likings: 'preferences',
  gate: 'session',
  door: 'sign-in',
  rail: 'navigation',
  pulse: 'scheduler',
};

/**
 * Retired as the whole name of a type, class, component or file only: as the name of a variable or
 * as one word of a longer name each is plain English.
 */
export const RETIRED_AS_NAMES = {
  stay: 'visit',
  stays: 'visits',
  crossing: 'transition',
  crossings: 'transitions',
  told: 'what it is: payload, delivery, answer',
  said: 'what it is: request, note, metric',
  kept: 'store, or what is stored',
};

/** The words of a name: `openTheGate` is open, the, gate. */
export function wordsOf(name) {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z]+/)
    .map((word) => word.toLowerCase())
    .filter((word) => word !== '');
}

function retiredIn(name) {
  return wordsOf(name)
    .map((word) => (word in RETIRED ? word : word.replace(/s$/, '')))
    .filter((word) => word in RETIRED);
}

/** The retired word that is the whole of a name, where there is one. */
function wholeIn(name) {
  const words = wordsOf(name);
  const whole = words.length === 1 ? words[0] : undefined;
  return whole !== undefined && Object.hasOwn(RETIRED_AS_NAMES, whole) ? [whole] : [];
}

/** A type, a class, or a function with a capital letter, which is a component. */
function isType(node) {
  return (
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    (ts.isFunctionDeclaration(node) && /^[A-Z]/.test(node.name?.text ?? ''))
  );
}

/** Names that a source declares: at its top, and what its types and classes have as members. */
function namesIn(source) {
  const found = [];
  const add = (node, name) => {
    if (name && ts.isIdentifier(name)) found.push([node, name.text]);
  };
  const visit = (node) => {
    if (
      ts.isFunctionDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isEnumDeclaration(node) ||
      ts.isMethodDeclaration(node) ||
      ts.isPropertyDeclaration(node) ||
      ts.isPropertySignature(node) ||
      ts.isMethodSignature(node) ||
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node)
    ) {
      add(node, node.name);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What is wrong with the names of a file, in sentences with the number of the line. */
export function faults(path, text) {
  const say = (line, name, word) =>
    `${line}: ${name}: not “${word}” but ${RETIRED[word] ?? RETIRED_AS_NAMES[word]}`;
  const stem = basename(path).replace(/\..*$/, '');
  const found = [...retiredIn(stem), ...wholeIn(stem)].map((word) => say(1, stem, word));
  if (!/\.(tsx?|mjs)$/.test(path)) return found;
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  for (const [node, name] of namesIn(source)) {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    for (const word of retiredIn(name)) found.push(say(line, name, word));
    if (isType(node)) for (const word of wholeIn(name)) found.push(say(line, name, word));
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const folder of process.argv.slice(2)) {
    for (const name of readdirSync(folder, { recursive: true }).map(String)) {
      // What is generated has the names of the wire, which stay.
      if (!/\.(tsx?|mjs|css)$/.test(name) || name === 'generated.ts') continue;
      const path = join(folder, name);
      for (const fault of faults(path, readFileSync(path, 'utf-8'))) {
        console.error(`${path}:${fault}`);
        process.exitCode = 1;
      }
    }
  }
}

/**
 * Finds what is too large to be read at once: files, functions, components, classes.
 *
 *     node scripts/check-sizes.mjs src tests
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const MOST = { file: 400, function: 60, component: 100, methods: 20 };
/** Made by a script. */
const SPARED = /generated\.ts$/;

/** What is too large in a source, in sentences with the number of the line. */
export function oversized(name, text) {
  const found = [];
  const lines = text.split('\n').length - 1;
  if (lines > MOST.file && !SPARED.test(name)) {
    found.push(`1: a file of ${lines} lines, at most ${MOST.file}`);
  }
  if (/\.test\.tsx?$|\.css$/.test(name)) return found;
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const lineOf = (at) => source.getLineAndCharacterOfPosition(at).line + 1;
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) {
      const long = lineOf(node.getEnd()) - lineOf(node.getStart());
      const called = nameOf(node);
      const component = /^[A-Z]/.test(called);
      const most = component ? MOST.component : MOST.function;
      if (long + 1 > most) {
        const what = component ? 'component' : 'function';
        found.push(
          `${lineOf(node.getStart())}: ${what} ${called} of ${long + 1} lines, at most ${most}`,
        );
      }
    }
    if (ts.isClassLike(node)) {
      const methods = node.members.filter((each) => ts.isMethodDeclaration(each)).length;
      if (methods > MOST.methods) {
        found.push(
          `${lineOf(node.getStart())}: class ${node.name?.text ?? ''} of ${methods} methods, at most ${MOST.methods}`,
        );
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function nameOf(node) {
  if (node.name?.text) return node.name.text;
  const { parent } = node;
  return parent && ts.isVariableDeclaration(parent) ? (parent.name.text ?? '') : '';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const folder of process.argv.slice(2)) {
    for (const name of readdirSync(folder, { recursive: true }).map(String)) {
      if (!/\.(tsx?|css)$/.test(name)) continue;
      const path = join(folder, name);
      for (const fault of oversized(name, readFileSync(path, 'utf-8'))) {
        console.error(`${path}:${fault}`);
        process.exitCode = 1;
      }
    }
  }
}

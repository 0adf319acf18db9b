/**
 * Brings the catalogues up to date with the words in the code; with `--check` only tells whether they
 * are. Needs no network.
 *
 *     npm run words
 *     node scripts/words.mjs --check
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WEB = fileURLToPath(new URL('..', import.meta.url));
const LOCALES = join(WEB, 'src', 'locales');

/** Writes into the catalogues of a folder what is said in the code, and takes away what is not said any more. */
function extract(folder = LOCALES) {
  const env = { ...process.env, WORDS_FOLDER: folder };
  const done = spawnSync('npx', ['lingui', 'extract', '--clean'], {
    cwd: WEB,
    env,
    encoding: 'utf8',
  });
  process.stdout.write(done.stdout);
  if (done.status !== 0) {
    process.stderr.write(done.stderr);
    process.exit(1);
  }
}

function read(folder) {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

/** Extracts into a copy and compares: the page may be built or tested meanwhile. */
function check() {
  const copy = mkdtempSync(join(tmpdir(), 'words-'));
  try {
    cpSync(LOCALES, copy, { recursive: true });
    extract(copy);
    const [before, after] = [read(LOCALES), read(copy)];
    const old = Object.keys(after).filter((name) => after[name] !== before[name]);
    if (old.length > 0) {
      process.stderr.write(`Not up to date: ${old.join(', ')}. Run: npm run words\n`);
      process.exitCode = 1;
    }
  } finally {
    rmSync(copy, { recursive: true });
  }
}

if (process.argv.includes('--check')) check();
else extract();

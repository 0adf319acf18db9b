/**
 * Puts a .br and a .gz beside every text file of a built page, for the server to send as they are.
 *
 *     node scripts/precompress.mjs dist
 *
 * Files whose siblings are newer are left alone. Small files are too: the headers outweigh them.
 */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const TEXT = /\.(m?js|css|html|json|svg|txt|webmanifest)$/;
const WORTH_IT_BYTES = 1024;

const ENCODINGS = [
  {
    suffix: '.br',
    compress: (bytes) =>
      promisify(brotliCompress)(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      }),
  },
  { suffix: '.gz', compress: (bytes) => promisify(gzip)(bytes, { level: 9 }) },
];

const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;

/** @returns {Promise<number | null>} bytes written, or null when nothing had to be */
async function compressFile(path, { suffix, compress }) {
  const sibling = path + suffix;
  if (changedAt(sibling) >= changedAt(path)) return null;
  const bytes = readFileSync(path);
  const small = await compress(bytes);
  if (small.length >= bytes.length) {
    rmSync(sibling, { force: true }); // an older, compressible version may have left one
    return null;
  }
  writeFileSync(sibling, small);
  return small.length;
}

async function precompress(folder) {
  const jobs = readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => TEXT.test(path) && statSync(path).size > WORTH_IT_BYTES)
    .flatMap((path) => ENCODINGS.map((encoding) => ({ path, encoding })));
  const total = jobs.length;
  let written = 0;
  const work = async () => {
    for (let job = jobs.pop(); job; job = jobs.pop()) {
      if ((await compressFile(job.path, job.encoding)) !== null) written += 1;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return { total, written };
}

const folder = process.argv[2];
if (!folder || !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
  console.error(`precompress: "${folder ?? ''}" is no folder. Use: precompress.mjs FOLDER`);
  process.exitCode = 2;
} else {
  const started = Date.now();
  const { total, written } = await precompress(folder);
  console.log(`precompress: ${written} of ${total} written, ${Date.now() - started} ms`);
}

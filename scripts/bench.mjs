// `npm run bench`: every budget, measured against its native peer in one run; `npm run bench migration` measures one part.
// Each part is a program of its own in test/bench, which prints lines of JSON; times mean nothing alone, ratios do.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '../test/bench');
const SUFFIX = '.bench.mjs';
const known = readdirSync(folder)
  .filter((name) => name.endsWith(SUFFIX))
  .map((name) => name.slice(0, -SUFFIX.length));
const [part, ...args] = process.argv.slice(2);

if (part !== undefined && !known.includes(part)) {
  console.error(`Unknown part: ${part}. The parts are: ${known.join(', ')}.`);
  process.exit(2);
}
for (const name of part === undefined ? known : [part]) {
  console.log(`\n=== ${name}`);
  const { status } = spawnSync(process.execPath, [path.join(folder, name + SUFFIX), ...args], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

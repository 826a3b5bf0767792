import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPipeline } from '../../../src/core/pipeline';
import { toErrorValue } from '../../../src/core/errors';
import { temporaryWorkspace } from '../../support/workspace';

/** So many plans are migrated; `HEAVY=1` makes it 2,000, `CASES` and `SEED` choose others. */
const CASES = Number(process.env.CASES ?? (process.env.HEAVY ? 2000 : 28));
const SEED = Number(process.env.SEED ?? 1);
const BATCH = 50;
const ORACLE = path.join(import.meta.dirname, 'oracle/random_migrations.py');

/**
 * Plans that ask for what cannot be kept are refused, or stopped by verification with nothing published: their filters leave
 * rows out that others refer to, or nothing says whose new ids are meant. Native SQLite has to find the reason too.
 */
const REFUSALS = new Set(['PLAN_CONFLICT', 'VERIFICATION_FAILED']);

/** What a long run has to contain, or it has not shown what it is for. */
const MUST_OCCUR = [
  ...['keep', 'renumber', 'composite', 'first', 'last'].map((policy) => `policy ${policy}`),
  ...['self-reference', 'cycle of references', 'reference to new ids', 'listed relation', 'declared reference'],
  ...['UTF-8', 'UTF-16le', 'UTF-16be'].map((encoding) => `encoding ${encoding}`),
  ...[
    'STRICT',
    'generated column',
    'WITHOUT ROWID',
    'collation',
    'AUTOINCREMENT',
    'write-ahead log',
    'more than 10 files',
  ],
  ...[
    'expression',
    'constant',
    'rename',
    'dropped column',
    'filter',
    'discriminator',
    'quarantine',
    'rows in quarantine',
  ],
  ...['2^53+1', '2^63-1', '-2^63', '-0.0', '3.0 in an untyped column', 'NaN stored as NULL'],
  ...['empty blob', 'embedded NUL', 'invalid UTF-8', '1 MB of text'],
];

/** Each with how many there are, the most frequent first. */
function countOf(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

interface Outcome {
  readonly seed: number;
  readonly status: string;
  readonly code?: string;
  readonly message?: string;
  readonly compared?: number;
  readonly quarantined?: number;
  /** What this case has: key policies, formats, values. */
  readonly features?: readonly string[];
  readonly differences?: readonly string[];
  /** Of a plan that was not migrated: why it could not be, by native SQLite, and files that are not as they were. */
  readonly reasons?: readonly string[];
  readonly left?: readonly string[];
}

function oracle(command: 'make' | 'check', directory: string, first: number, count: number): string {
  const { status, stdout, stderr } = spawnSync('python3', ['-B', ORACLE, command, directory, `${first}`, `${count}`], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`the oracle failed to ${command}:\n${stderr}`);
  return stdout;
}

async function migrate(workspace: string): Promise<void> {
  let result: unknown;
  try {
    result = await createPipeline().migrate({ workspace, mode: 'full' });
  } catch (error) {
    result = { status: 'refused', error: toErrorValue(error) };
  }
  writeFileSync(path.join(workspace, 'result.json'), JSON.stringify(result));
}

describe('random migrations', () => {
  it(`give what native SQLite gives row by row: ${CASES} from seed ${SEED}`, { timeout: 7_200_000 }, async () => {
    const outcomes: Outcome[] = [];
    const published: Outcome[] = [];
    for (let first = SEED; published.length < CASES; first += BATCH) {
      const directory = path.join(temporaryWorkspace(), 'cases');
      mkdirSync(directory);
      const count = Math.min(BATCH, CASES - published.length);
      oracle('make', directory, first, count);
      for (let seed = first; seed < first + count; seed++) await migrate(path.join(directory, String(seed)));
      const lines = oracle('check', directory, first, count).trimEnd().split('\n');
      const found = lines.map((line) => JSON.parse(line) as Outcome);
      outcomes.push(...found);
      published.push(...found.filter(({ status }) => status === 'published'));
      rmSync(directory, { recursive: true });
      if (process.env.VERBOSE) {
        for (const outcome of found)
          if (outcome.status !== 'published' || outcome.differences!.length > 0) console.log(JSON.stringify(outcome));
      }
    }
    const wrong = published.filter(({ differences }) => differences!.length > 0);
    const refused = outcomes.filter(({ status }) => status !== 'published');
    const rows = published.reduce((sum, { compared }) => sum + compared!, 0);
    const quarantined = published.reduce((sum, each) => sum + each.quarantined!, 0);
    const features = countOf(published.flatMap((each) => each.features!));
    const codes = countOf(refused.map(({ code }) => code ?? ''));
    console.log(
      `${published.length - wrong.length} of ${published.length} migrated plans equal native SQLite; of ${outcomes.length} drawn ` +
        `${refused.length} were refused (${codes.map((each) => each.join(' ')).join(', ')}); ` +
        `${rows} rows compared, ${quarantined} more in quarantine\n${features.map((each) => each.join(': ')).join('\n')}`,
    );
    expect(wrong).toEqual([]);
    expect(refused.filter(({ code }) => !REFUSALS.has(code ?? ''))).toEqual([]);
    expect(refused.filter(({ reasons, left }) => reasons!.length === 0 || left!.length > 0)).toEqual([]);
    expect(published.length).toBeGreaterThan(outcomes.length * 0.6);
    const missing = MUST_OCCUR.filter((name) => !features.some(([feature]) => feature === name));
    if (CASES >= 1000) expect(missing).toEqual([]);
  });
});

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPipeline } from '../../../src/core/pipeline';
import { toErrorValue } from '../../../src/core/errors';
import { temporaryWorkspace } from '../../support/workspace';

/** `HEAVY=1` runs 2,000 cases; `CASES` and `SEED` choose others. */
const CASES = Number(process.env.CASES ?? (process.env.HEAVY ? 2000 : 40));
const SEED = Number(process.env.SEED ?? 1);
const BATCH = 50;
const ORACLE = path.join(import.meta.dirname, 'oracle/random_migrations.py');

/** A filter that leaves parents out and takes their children along is found by verification, and nothing is published. */
function leavesOrphans(directory: string, { seed, code, message }: Outcome): boolean {
  if (code !== 'VERIFICATION_FAILED' || !message?.includes('a row that "where" leaves out may be')) return false;
  return readFileSync(path.join(directory, String(seed), 'consolidation.jsonc'), 'utf8').includes('"where"');
}

/** Plans that cannot be carried out are refused, with one of these codes and before anything is written. */
const REFUSALS = new Set(['ORPHANS', 'PLAN_CONFLICT', 'KEY_COLLISION', 'ROWS_REJECTED']);

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
    for (let first = SEED; first < SEED + CASES; first += BATCH) {
      const count = Math.min(BATCH, SEED + CASES - first);
      const directory = path.join(temporaryWorkspace(), 'cases');
      mkdirSync(directory);
      oracle('make', directory, first, count);
      for (let seed = first; seed < first + count; seed++) await migrate(path.join(directory, String(seed)));
      const lines = oracle('check', directory, first, count).trimEnd().split('\n');
      const found = lines.map((line) => JSON.parse(line) as Outcome);
      outcomes.push(...found.map((each) => (leavesOrphans(directory, each) ? { ...each, code: 'ORPHANS' } : each)));
      rmSync(directory, { recursive: true });
      if (process.env.VERBOSE) {
        for (const outcome of outcomes.slice(-count))
          if (outcome.status !== 'published' || outcome.differences!.length > 0) console.log(JSON.stringify(outcome));
      }
    }
    const published = outcomes.filter(({ status }) => status === 'published');
    const wrong = published.filter(({ differences }) => differences!.length > 0);
    const refused = outcomes.filter(({ status }) => status !== 'published');
    const rows = published.reduce((sum, { compared }) => sum + compared!, 0);
    const quarantined = published.reduce((sum, each) => sum + each.quarantined!, 0);
    const features = countOf(published.flatMap((each) => each.features!));
    const codes = countOf(refused.map(({ code }) => code ?? ''));
    console.log(
      `${published.length} of ${CASES} migrated, ${refused.length} refused (${codes.map((each) => each.join(' ')).join(', ')}); ` +
        `${rows} rows compared, ${quarantined} more in quarantine\n${features.map((each) => each.join(': ')).join('\n')}`,
    );
    expect(wrong).toEqual([]);
    expect(refused.filter(({ code }) => !REFUSALS.has(code ?? ''))).toEqual([]);
    expect(published.length).toBeGreaterThan(CASES * 0.6);
    const missing = MUST_OCCUR.filter((name) => !features.some(([feature]) => feature === name));
    if (CASES >= 1000) expect(missing).toEqual([]);
  });
});

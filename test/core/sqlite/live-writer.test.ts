import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConsolidationError } from '../../../src/core/errors';
import { checkImage } from '../../../src/core/sqlite/check/check-image';
import { forEachRow } from '../../../src/core/sqlite/digest/digest';
import { openImage } from '../../../src/core/sqlite/image/image';
import { readSchema } from '../../../src/core/sqlite/schema/schema';
import { snapshotDatabase } from '../../../src/core/sqlite/image/snapshot';
import { columnValue } from '../../../src/core/sqlite/rows/column-value';
import { heavy, scratchFolder } from './support/oracle';

const SNAPSHOTS = heavy ? 200 : 12;

/** Sum of all accounts, and the number of the last transaction, in a copy; throws when the copy is malformed. */
async function stateOf(file: string): Promise<{ sum: bigint; accounts: number; last: bigint; problems: number }> {
  const image = await openImage(file);
  try {
    const schema = await readSchema(image);
    const problems = (await checkImage(image)).length;
    const numbers = async (table: string, column: string) => {
      const found = schema.tables.find(({ name }) => name === table)!;
      const chosen = found.columns.find(({ name }) => name === column)!;
      const values: bigint[] = [];
      await forEachRow(image, found, (row) => {
        const value = columnValue(row, chosen, image.encoding);
        values.push(value.kind === 'integer' ? value.value : 1_000_000n);
      });
      return values;
    };
    const amounts = await numbers('accounts', 'amount');
    const [last] = await numbers('last', 'number');
    return { sum: amounts.reduce((sum, amount) => sum + amount, 0n), accounts: amounts.length, last: last!, problems };
  } finally {
    image.close();
  }
}

describe.each(['WAL', 'DELETE', 'TRUNCATE', 'PERSIST'])(
  'a writer that commits 100 times a second in %s mode',
  (mode) => {
    const folder = scratchFolder('live');

    it(
      `is snapshot ${SNAPSHOTS} times: each a committed state, none torn, or LEGACY_DATABASE_BUSY`,
      async () => {
        const file = path.join(folder, 'live.db');
        const writer = spawn('python3', [path.join(__dirname, 'oracle/live_writer.py'), file, mode, '100'], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        try {
          await new Promise<void>((resolve, reject) => {
            createInterface({ input: writer.stdout }).once('line', () => resolve());
            writer.once('error', reject);
            writer.once('close', () => reject(new Error('the writer ended')));
          });
          const numbers = new Set<bigint>();
          let busy = 0;
          let attempts = 0;
          let previous = -1n;
          for (let number = 0; number < SNAPSHOTS; number++) {
            const directory = path.join(folder, `copy ${number}`);
            mkdirSync(directory);
            try {
              const snapshot = await snapshotDatabase(file, directory);
              attempts += snapshot.attempts;
              const state = await stateOf(snapshot.copy);
              expect(state, `snapshot ${number}`).toMatchObject({ sum: 0n, accounts: 300, problems: 0 });
              expect(state.last >= previous, 'time does not run backwards').toBe(true);
              previous = state.last;
              numbers.add(state.last);
            } catch (error) {
              if (!(error instanceof ConsolidationError) || error.code !== 'LEGACY_DATABASE_BUSY') throw error;
              expect(error.message).toContain(String(writer.pid));
              busy++;
            }
            rmSync(directory, { recursive: true });
          }
          if (heavy)
            console.log(
              `${mode}: ${SNAPSHOTS - busy} snapshots of ${numbers.size} states in ${attempts} attempts, ${busy} busy`,
            );
          // They are states of a database that really is being written.
          if (busy === 0) expect(numbers.size).toBeGreaterThan(1);
          expect(statSync(file).size).toBeGreaterThan(0);
        } finally {
          writer.kill('SIGKILL');
          await new Promise((resolve) =>
            writer.exitCode === null && writer.signalCode === null ? writer.once('close', resolve) : resolve(0),
          );
        }
      },
      heavy ? 600_000 : 60_000,
    );
  },
);

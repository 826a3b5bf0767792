import { ConsolidationError } from '../../errors';

/**
 * The error for a malformed file: the page (one-based) and what was wrong there.
 * `page` 0 stands for the file as a whole or one of its sidecars.
 */
export function corrupt(file: string, page: number, what: string): ConsolidationError {
  const where = page > 0 ? `page ${page} of ${file}` : file;
  return new ConsolidationError(
    'DATABASE_CORRUPT',
    `Malformed SQLite database: ${where}: ${what}. Restore the file from a backup or repair it with the ".recover" ` +
      `command of the sqlite3 shell; until then give it the disposition "keep" or "retire" in the plan.`,
    { database: file, page, what },
  );
}

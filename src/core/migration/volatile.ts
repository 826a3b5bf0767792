import type { ResolvedSource } from '../plan/resolved';
import type { SchemaColumn } from '../sqlite/schema/schema-table';
import { isOperator, sqlTokens, tokenName } from '../sqlite/sql-tokens';

/** Functions and keywords whose value depends on the moment (https://sqlite.org/deterministic.html). */
const ALWAYS = new Set([
  'random',
  'randomblob',
  'current_time',
  'current_date',
  'current_timestamp',
  'last_insert_rowid',
  'changes',
  'total_changes',
]);
const OF_TIME = new Set(['date', 'time', 'datetime', 'julianday', 'unixepoch', 'strftime', 'timediff']);

/** May this SQL give another value when it is evaluated again? A column that happens to have such a name counts as well. */
export function isVolatile(sql: string): boolean {
  const tokens = sqlTokens(sql);
  const now = tokens.some((token) => token.kind === 'string' && /^'now'$/i.test(token.text));
  return tokens.some((token, index) => {
    if (token.kind !== 'word') return false;
    const name = tokenName(token).toLowerCase();
    if (ALWAYS.has(name)) return true;
    if (!OF_TIME.has(name) || !isOperator(tokens[index + 1], '(')) return false;
    return now || isOperator(tokens[index + 2], ')') || (name === 'strftime' && isOneArgument(tokens, index + 2));
  });
}

/** `strftime('%Y')` takes the present time. */
function isOneArgument(tokens: ReturnType<typeof sqlTokens>, at: number): boolean {
  return isOperator(tokens[at + 1], ')');
}

/**
 * Columns of the unified table that cannot be computed again, since what fills them depends on the moment.
 * @param withDefaultRows rows of the schema itself, which may leave any column to its default
 */
export function volatileColumns(
  columns: readonly SchemaColumn[],
  sources: readonly ResolvedSource[],
  withDefaultRows: boolean,
): string[] {
  return columns
    .filter(({ name, default: fallback }) => {
      if (withDefaultRows && fallback !== null && isVolatile(fallback)) return true;
      return sources.some((source) => {
        const mapping = source.columns.find(({ target }) => target.toLowerCase() === name.toLowerCase());
        if (mapping?.kind === 'sql') return isVolatile(mapping.sql);
        return !mapping && fallback !== null && isVolatile(fallback);
      });
    })
    .map(({ name }) => name);
}

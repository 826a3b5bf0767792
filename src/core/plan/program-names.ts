import type { Engine } from '../engine';
import { foldName, isKeyword, isOperator, sqlTokens, tokenName } from '../sqlite/sql-tokens';

let known: ReadonlySet<string> | undefined;

/** Functions and collations that the engine has (https://sqlite.org/pragma.html#pragma_function_list). */
function engineNames(engine: Engine): ReadonlySet<string> {
  if (known) return known;
  const database = new engine.Database();
  try {
    const names = (sql: string) => (database.exec(sql)[0]?.values ?? []).map(([name]) => foldName(String(name)));
    known = new Set([
      ...names('SELECT name FROM pragma_function_list'),
      ...names('SELECT name FROM pragma_collation_list'),
    ]);
    return known;
  } finally {
    database.close();
  }
}

/** Words that a parenthesis follows in DDL, other than functions. */
const NO_FUNCTIONS = new Set(
  'index key unique check as in values using not and or int integer varchar char nvarchar text decimal numeric float real double character bigint smallint blob timestamp datetime'.split(
    ' ',
  ),
);

/**
 * May a statement name a function or a collation that only the program that made the database registers? False where all
 * names are the engine's own; true is a reason to ask the engine.
 */
export function mayNameOwnFunctions(engine: Engine, sql: string): boolean {
  const names = engineNames(engine);
  const tokens = sqlTokens(sql);
  return tokens.some((token, index) => {
    const next = tokens[index + 1];
    if (isKeyword(token, 'COLLATE') && next) return !names.has(foldName(tokenName(next)));
    // The names of tables.
    if (!isOperator(next, '(') || isKeyword(tokens[index - 1], 'TABLE', 'EXISTS', 'ON', 'REFERENCES')) return false;
    const name = foldName(tokenName(token));
    return /^\w+$/.test(name) && !NO_FUNCTIONS.has(name) && !names.has(name);
  });
}

import { isKeyword, isOperator, sqlTokens, tokenName } from './sql-tokens';

/** What is read from the stored statements because no engine can be asked. */

/** Is AUTOINCREMENT said of a column? The word is a keyword, so outside quotes and strings it means nothing else. */
export function usesAutoincrement(sql: string): boolean {
  return sqlTokens(sql).some((token) => isKeyword(token, 'AUTOINCREMENT'));
}

/** Module and column names of `CREATE VIRTUAL TABLE name USING module(argument, …)`; undefined for any other statement. */
export function virtualTable(
  sql: string,
): { readonly module: string; readonly columns: readonly string[] } | undefined {
  const tokens = sqlTokens(sql);
  if (!isKeyword(tokens[0], 'CREATE') || !isKeyword(tokens[1], 'VIRTUAL')) return undefined;
  const using = tokens.findIndex((token) => isKeyword(token, 'USING'));
  const module = tokens[using + 1];
  if (using < 0 || !module) return undefined;
  const columns: string[] = [];
  // An argument is a column unless it is an option (`name = value`).
  for (let index = using + 2, depth = 0, first = false; index < tokens.length; index++) {
    const token = tokens[index]!;
    if (isOperator(token, '(')) {
      depth++;
      first = depth === 1;
    } else if (isOperator(token, ')')) depth--;
    else if (depth === 1 && isOperator(token, ',')) first = true;
    else if (first) {
      first = false;
      if (!isOperator(tokens[index + 1], '=')) columns.push(tokenName(token));
    }
  }
  return { module: tokenName(module), columns };
}

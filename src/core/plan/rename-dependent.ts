import { quoteIdentifier } from '../identifiers';
import { isKeyword, isOperator, replaceAll, sqlTokens } from '../sqlite/sql-tokens';

/** A stored `CREATE VIEW` or `CREATE TRIGGER` statement under another name of its own. */
export function renameDependent(sql: string, name: string): string {
  const tokens = sqlTokens(sql);
  let at = tokens.findIndex((token) => isKeyword(token, 'VIEW', 'TRIGGER')) + 1;
  if (isKeyword(tokens[at], 'IF')) at += 3;
  if (isOperator(tokens[at + 1], '.')) at += 2;
  const token = tokens[at];
  return token ? replaceAll(sql, [{ start: token.start, end: token.end, text: quoteIdentifier(name) }]) : sql;
}

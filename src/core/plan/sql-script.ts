import { isKeyword, isOperator, sqlTokens, tokenName, type SqlToken } from '../sqlite/sql-tokens';

/** One statement of an SQL file, without its semicolon. */
export interface SqlStatement {
  readonly sql: string;
  readonly start: number;
  /** One-based line in the file. */
  readonly line: number;
  readonly tokens: readonly SqlToken[];
}

/** Splits an SQL file into statements; the semicolons inside a trigger's body end nothing. */
export function sqlStatements(script: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let current: SqlToken[] = [];
  let line = 1;
  let counted = 0;
  const finish = (end: number) => {
    const first = current[0];
    if (first) {
      for (; counted < first.start; counted++) if (script[counted] === '\n') line++;
      statements.push({ sql: script.slice(first.start, end).trim(), start: first.start, line, tokens: current });
    }
    current = [];
  };
  let cases = 0;
  let bodyEnded = false;
  for (const token of sqlTokens(script)) {
    if (isOperator(token, ';') && (!isTrigger(current) || bodyEnded)) {
      finish(token.start);
      bodyEnded = false;
      cases = 0;
      continue;
    }
    current.push(token);
    bodyEnded = false;
    if (isKeyword(token, 'CASE')) cases++;
    else if (isKeyword(token, 'END')) {
      if (cases > 0) cases--;
      else bodyEnded = true;
    }
  }
  finish(script.length);
  return statements;
}

function isTrigger(tokens: readonly SqlToken[]): boolean {
  if (!isKeyword(tokens[0], 'CREATE')) return false;
  const second = isKeyword(tokens[1], 'TEMP', 'TEMPORARY') ? tokens[2] : tokens[1];
  return isKeyword(second, 'TRIGGER');
}

export interface CreatedObject {
  readonly kind: 'table' | 'virtual' | 'index' | 'view' | 'trigger';
  readonly name: string;
}

/** What a `CREATE` statement creates, or undefined when it creates nothing in the database file. */
export function createdObject(tokens: readonly SqlToken[]): CreatedObject | undefined {
  if (!isKeyword(tokens[0], 'CREATE')) return undefined;
  let at = 1;
  if (isKeyword(tokens[at], 'TEMP', 'TEMPORARY')) return undefined;
  if (isKeyword(tokens[at], 'UNIQUE')) at++;
  const virtual = isKeyword(tokens[at], 'VIRTUAL');
  if (virtual) at++;
  const word = tokens[at++];
  if (!isKeyword(word, 'TABLE', 'INDEX', 'VIEW', 'TRIGGER')) return undefined;
  if (isKeyword(tokens[at], 'IF')) at += 3;
  if (isOperator(tokens[at + 1], '.')) at += 2;
  const name = tokens[at];
  if (!name) return undefined;
  return { kind: virtual ? 'virtual' : (word!.text.toLowerCase() as CreatedObject['kind']), name: tokenName(name) };
}

/** Columns of a full-text table from its arguments: those that are no options (`tokenize = …`). */
export function virtualTableColumns(sql: string): string[] {
  const tokens = sqlTokens(sql);
  const open = tokens.findIndex((token) => isOperator(token, '('));
  const columns: string[] = [];
  let depth = 0;
  let argument: SqlToken[] = [];
  for (const token of open < 0 ? [] : tokens.slice(open)) {
    if (isOperator(token, '(') && depth++ === 0) continue;
    const closed = isOperator(token, ')') && --depth === 0;
    if (closed || (depth === 1 && isOperator(token, ','))) {
      if (argument[0] && !argument.some((part) => isOperator(part, '='))) columns.push(tokenName(argument[0]));
      argument = [];
      if (closed) break;
    } else argument.push(token);
  }
  return columns;
}

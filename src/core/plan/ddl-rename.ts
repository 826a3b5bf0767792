import { remembered } from './remember';
import { quoteIdentifier } from '../identifiers';
import { foreignKeys, type TableDefinition } from './ddl';
import {
  isKeyword,
  isOperator,
  replaceAll,
  sameName,
  sqlTokens,
  tokenName,
  type SqlToken,
  type TextReplacement,
} from '../sqlite/sql-tokens';

/**
 * The part of `ALTER TABLE … RENAME TO` that concerns `CREATE TABLE`, `CREATE INDEX` and `CREATE VIRTUAL TABLE`: exact
 * tokens, the same text that SQLite itself would store. Views and triggers are SQLite's own business (`dependents.ts`).
 */

/** New name of a table, or undefined where it keeps its name. */
export type NewName = (legacy: string) => string | undefined;

/** New name of the parent of a foreign key, by its position among the foreign keys of the table. */
export type NewParent = (legacy: string, index: number) => string | undefined;

/**
 * A `CREATE TABLE` statement under a new name, its foreign keys led to the new names of their parents.
 * @param name the new name of the table itself
 */
export function renameInTable(definition: TableDefinition, name: string, parents: NewParent): string {
  const own = tokenName(definition.name);
  const replacements: TextReplacement[] = [];
  if (own !== name) {
    replacements.push(replaceToken(definition.name, name));
    replacements.push(...qualifiers(definition.tokens, own, name));
  }
  foreignKeys(definition).forEach(({ parent }, index) => {
    const legacy = tokenName(parent!.table);
    const renamed = parents(legacy, index) ?? (sameName(legacy, own) ? name : undefined);
    if (renamed !== undefined && renamed !== legacy) replacements.push(replaceToken(parent!.table, renamed));
  });
  return replaceAll(definition.sql, replacements);
}

/** A `CREATE INDEX` statement on a renamed table and, where given, under a new name of its own. */
export function renameInIndex(sql: string, table: string, index?: string): string | undefined {
  const parts = indexParts(sql);
  if (!parts) return undefined;
  const replacements: TextReplacement[] = [];
  const own = tokenName(parts.table);
  if (own !== table) {
    replacements.push(replaceToken(parts.table, table));
    replacements.push(...qualifiers(parts.tokens.slice(parts.tokens.indexOf(parts.table) + 1), own, table));
  }
  if (index !== undefined && tokenName(parts.name) !== index) replacements.push(replaceToken(parts.name, index));
  return replaceAll(sql, replacements);
}

export interface IndexParts {
  readonly tokens: readonly SqlToken[];
  readonly unique: boolean;
  readonly name: SqlToken;
  readonly table: SqlToken;
  /** The closing parenthesis of the key. */
  readonly close: SqlToken;
  /** Text of the key without its parentheses, and of what follows (`WHERE …`). */
  readonly key: string;
  readonly rest: string;
}

/** `CREATE [UNIQUE] INDEX name ON table (key) [WHERE …]` taken apart. */
export const indexParts = remembered((sql: string): IndexParts | undefined => {
  const tokens = sqlTokens(sql);
  let at = 0;
  if (!isKeyword(tokens[at++], 'CREATE')) return undefined;
  const unique = isKeyword(tokens[at], 'UNIQUE');
  if (unique) at++;
  if (!isKeyword(tokens[at++], 'INDEX')) return undefined;
  if (isKeyword(tokens[at], 'IF')) at += 3;
  if (isOperator(tokens[at + 1], '.')) at += 2;
  const name = tokens[at++];
  if (!isKeyword(tokens[at++], 'ON')) return undefined;
  const table = tokens[at++];
  const open = tokens[at++];
  if (!name || !table || !isOperator(open, '(')) return undefined;
  for (let depth = 1; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (isOperator(token, '(')) depth++;
    if (isOperator(token, ')') && --depth === 0)
      return {
        tokens,
        unique,
        name,
        table,
        close: token,
        key: sql.slice(open!.end, token.start).trim(),
        rest: sql.slice(token.end).trim(),
      };
  }
  return undefined;
});

/** A `CREATE VIRTUAL TABLE` statement under a new name; `content=` of FTS tables follows the table it names. */
export function renameInVirtualTable(sql: string, name: string, tables: NewName): string | undefined {
  const tokens = sqlTokens(sql);
  if (!isKeyword(tokens[0], 'CREATE') || !isKeyword(tokens[1], 'VIRTUAL') || !isKeyword(tokens[2], 'TABLE'))
    return undefined;
  let at = 3;
  if (isKeyword(tokens[at], 'IF')) at += 3;
  if (isOperator(tokens[at + 1], '.')) at += 2;
  const own = tokens[at];
  if (!own) return undefined;
  const replacements: TextReplacement[] = tokenName(own) === name ? [] : [replaceToken(own, name)];
  for (; at + 2 < tokens.length; at++) {
    const value = tokens[at + 2]!;
    if (!isKeyword(tokens[at], 'CONTENT') || !isOperator(tokens[at + 1], '=')) continue;
    const renamed = tables(tokenName(value));
    if (renamed !== undefined && renamed !== tokenName(value)) replacements.push(replaceToken(value, renamed));
  }
  return replaceAll(sql, replacements);
}

/** Occurrences of `table.` before a column: expressions of CHECK, generated columns and indexes may say it. */
function qualifiers(tokens: readonly SqlToken[], table: string, name: string): TextReplacement[] {
  return tokens.flatMap((token, index) =>
    (token.kind === 'word' || token.kind === 'quoted') &&
    isOperator(tokens[index + 1], '.') &&
    !isOperator(tokens[index - 1], '.') &&
    sameName(tokenName(token), table)
      ? [replaceToken(token, name)]
      : [],
  );
}

function replaceToken(token: SqlToken, name: string): TextReplacement {
  return { start: token.start, end: token.end, text: quoteIdentifier(name) };
}

/** Statements that differ in white space, comments, the case of words and the quoting of names only are equal. */
export const ddlFingerprint = remembered((sql: string): string =>
  sqlTokens(sql)
    .map((token) => (token.kind === 'word' || token.kind === 'quoted' ? tokenName(token).toLowerCase() : token.text))
    .join(' '),
);

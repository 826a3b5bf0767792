import { isKeyword, isOperator, sameName, sqlTokens, tokenName } from '../sql-tokens';
import type { SqlToken } from '../sql-tokens';

/** A `CREATE VIRTUAL TABLE` statement taken apart. */
export interface VirtualTable {
  /** Lower case, as modules are found regardless of case. */
  readonly module: string;
  /** Arguments as written, without the comma between them. */
  readonly arguments: readonly (readonly SqlToken[])[];
}

/** @returns undefined when the statement is not one */
export function parseVirtualTable(sql: string): VirtualTable | undefined {
  const tokens = sqlTokens(sql);
  const using = tokens.findIndex((token) => isKeyword(token, 'USING'));
  if (!isKeyword(tokens[0], 'CREATE') || !isKeyword(tokens[1], 'VIRTUAL') || using < 0 || !tokens[using + 1])
    return undefined;
  const parameters: SqlToken[][] = [];
  let depth = 0;
  for (const token of tokens.slice(using + 2)) {
    if (isOperator(token, '(') && depth++ === 0) parameters.push([]);
    else if (isOperator(token, ')') && --depth === 0) break;
    else if (isOperator(token, ',') && depth === 1) parameters.push([]);
    else parameters[parameters.length - 1]?.push(token);
  }
  return {
    module: tokenName(tokens[using + 1]).toLowerCase(),
    arguments: parameters.filter((argument) => argument.length > 0),
  };
}

/** A column as a virtual table declares it. */
export interface VirtualColumn {
  readonly name: string;
  readonly type: string;
}

/**
 * Declared columns of the modules that come with SQLite, hidden ones left out. Other modules' arguments mean something only to
 * them: each that is not an option (`name = value`) is taken for a column.
 */
export function virtualColumns({ module, arguments: parameters }: VirtualTable): VirtualColumn[] {
  if (module === 'rtree' || module === 'rtree_i32') {
    const coordinate = module === 'rtree' ? 'REAL' : 'INT';
    return parameters.map((tokens, index) => {
      const auxiliary = isOperator(tokens[0], '+');
      const name = tokens[auxiliary ? 1 : 0];
      return { name: name ? tokenName(name) : '', type: auxiliary ? '' : index === 0 ? 'INT' : coordinate };
    });
  }
  return (
    parameters
      .filter((tokens) => !tokens.some((token) => isOperator(token, '=')))
      // FTS3 also knows `tokenize porter`, without the sign.
      .filter(([first]) => !isKeyword(first, 'TOKENIZE'))
      .map(([first]) => ({ name: tokenName(first), type: '' }))
  );
}

/** Endings of the tables in which modules keep their data (`xShadowName` of each module). */
const SHADOW_NAMES: Readonly<Record<string, readonly string[]>> = {
  fts3: ['content', 'segdir', 'segments', 'stat', 'docsize'],
  fts4: ['content', 'segdir', 'segments', 'stat', 'docsize'],
  fts5: ['config', 'content', 'data', 'docsize', 'idx'],
  rtree: ['node', 'parent', 'rowid'],
  rtree_i32: ['node', 'parent', 'rowid'],
  geopoly: ['node', 'parent', 'rowid'],
  spellfix1: ['vocab'],
  vec0: ['chunks', 'info', 'rowids', 'auxiliary'],
};
/** `vec0` numbers a table for each vector and metadata column. */
const NUMBERED_SHADOW_NAMES: Readonly<Record<string, readonly string[]>> = {
  vec0: ['vector_chunks', 'metadatachunks', 'metadatatext'],
};

/** Is `table` one of the tables in which the virtual table keeps its data? */
export function isShadowTable(table: string, virtualTable: string, module: string): boolean {
  const prefix = `${virtualTable}_`;
  if (table.length <= prefix.length || !sameName(table.slice(0, prefix.length), prefix)) return false;
  const ending = table.slice(prefix.length).toLowerCase();
  if (SHADOW_NAMES[module]?.includes(ending)) return true;
  const withoutNumber = ending.slice(0, -2);
  const number = Number(ending.slice(-2));
  return Number.isInteger(number) && (NUMBERED_SHADOW_NAMES[module]?.includes(withoutNumber) ?? false);
}

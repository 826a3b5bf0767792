import { isOperator, tokenName } from '../../sqlite/sql-tokens';
import { parseVirtualTable } from '../../sqlite/schema/virtual-table';

/** What a `CREATE VIRTUAL TABLE … USING fts5(…)` says (https://sqlite.org/fts5.html, sections 3 and 4). */
export interface FullTextDeclaration {
  readonly columns: readonly string[];
  /** `own`: the index keeps the text; `none`: contentless; else it reads the text from another table. */
  readonly content: 'own' | 'none' | { readonly table: string };
  /** All that decides what the index holds, names of columns and tables left out: equal for equal indexes. */
  readonly form: string;
}

/** @returns undefined when the statement declares no FTS5 table */
export function fullTextDeclaration(sql: string): FullTextDeclaration | undefined {
  const parsed = parseVirtualTable(sql);
  if (parsed?.module !== 'fts5') return undefined;
  const columns: string[] = [];
  const form: string[] = [];
  const options: string[] = [];
  let content: FullTextDeclaration['content'] = 'own';
  for (const [first, second, ...rest] of parsed.arguments) {
    const name = tokenName(first!).toLowerCase();
    if (!isOperator(second, '=')) {
      columns.push(tokenName(first!));
      form.push([second, ...rest].map((token) => token?.text.toLowerCase() ?? '').join(' '));
    } else if (name === 'content') {
      const table = rest[0] ? tokenName(rest[0]) : '';
      content = table === '' ? 'none' : { table };
      options.push(`content ${table === '' ? 'none' : 'elsewhere'}`);
    } else if (name !== 'content_rowid') {
      options.push(`${name} = ${rest.map(tokenName).join(' ')}`);
    }
  }
  return { columns, content, form: JSON.stringify([form, options.sort()]) };
}

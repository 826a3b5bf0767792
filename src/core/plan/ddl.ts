import { forgetAll, remembered } from './remember';
import { isKeyword, isOperator, sqlTokens, tokenName, type SqlToken } from '../sqlite/sql-tokens';

/**
 * `CREATE TABLE` taken apart (https://sqlite.org/lang_createtable.html). Spans are offsets into the statement, so that
 * pieces can be carried over as they were written. Longer than most files: it is one grammar.
 */
export interface TableDefinition {
  readonly sql: string;
  readonly tokens: readonly SqlToken[];
  readonly name: SqlToken;
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly Constraint[];
  readonly withoutRowid: boolean;
  readonly strict: boolean;
}

export interface ColumnDefinition {
  readonly name: string;
  readonly nameToken: SqlToken;
  /** Declared type as written, empty where none is declared. */
  readonly type: string;
  readonly constraints: readonly Constraint[];
}

export interface Span {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

export interface Constraint extends Span {
  readonly kind:
    'primary-key' | 'not-null' | 'null' | 'unique' | 'check' | 'default' | 'collate' | 'foreign-key' | 'generated';
  /** Of `CONSTRAINT name`. */
  readonly name?: string;
  /** Columns of a table constraint; the column itself in a column constraint. */
  readonly columns: readonly string[];
  /** The value of a default, the expression of a check or generated column (without parentheses), a collation. */
  readonly body: string;
  readonly autoincrement: boolean;
  readonly descending: boolean;
  readonly conflict?: string;
  readonly stored: boolean;
  readonly parent?: { readonly table: SqlToken; readonly columns: readonly string[]; readonly actions: string };
}

/** The foreign keys of a table, those of its columns first. */
export function foreignKeys(definition: TableDefinition): Constraint[] {
  const keys: Constraint[] = [];
  for (const column of definition.columns)
    for (const constraint of column.constraints) if (constraint.kind === 'foreign-key') keys.push(constraint);
  for (const constraint of definition.constraints) if (constraint.kind === 'foreign-key') keys.push(constraint);
  return keys;
}

/** @returns undefined when the statement is none that SQLite itself would have stored. */
export const parseCreateTable = remembered((sql: string): TableDefinition | undefined => parseOnce(sql));

/** Called when a plan is resolved. */
export const forgetParsedStatements = forgetAll;

function parseOnce(sql: string): TableDefinition | undefined {
  try {
    return new TableParser(sql).parse();
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

class NotUnderstood extends Error {}

const COLUMN_CONSTRAINTS = [
  'CONSTRAINT',
  'PRIMARY',
  'NOT',
  'NULL',
  'UNIQUE',
  'CHECK',
  'DEFAULT',
  'COLLATE',
  'REFERENCES',
  'GENERATED',
  'AS',
  'DEFERRABLE',
];
const TABLE_CONSTRAINTS = ['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN'];

class TableParser {
  private readonly tokens: SqlToken[];
  private at = 0;

  constructor(private readonly sql: string) {
    this.tokens = sqlTokens(sql);
  }

  parse(): TableDefinition {
    this.expect('CREATE');
    if (!this.accept('TEMP')) this.accept('TEMPORARY');
    this.expect('TABLE');
    if (this.accept('IF')) {
      this.expect('NOT');
      this.expect('EXISTS');
    }
    let name = this.nameToken();
    if (this.acceptOperator('.')) name = this.nameToken();
    this.expectOperator('(');
    const columns: ColumnDefinition[] = [];
    const constraints: Constraint[] = [];
    for (;;) {
      if (columns.length > 0 && isKeyword(this.peek(), ...TABLE_CONSTRAINTS)) constraints.push(this.tableConstraint());
      else if (constraints.length > 0) throw new NotUnderstood();
      else columns.push(this.column());
      if (this.acceptOperator(')')) break;
      // Between table constraints the comma may be left out.
      if (!this.acceptOperator(',') && !isKeyword(this.peek(), ...TABLE_CONSTRAINTS)) throw new NotUnderstood();
    }
    let withoutRowid = false;
    let strict = false;
    while (this.peek() && !isOperator(this.peek(), ';')) {
      if (this.accept('WITHOUT')) {
        this.expect('ROWID');
        withoutRowid = true;
      } else if (this.accept('STRICT')) strict = true;
      else this.expectOperator(',');
    }
    return { sql: this.sql, tokens: this.tokens, name, columns, constraints, withoutRowid, strict };
  }

  private column(): ColumnDefinition {
    const nameToken = this.nameToken();
    const name = tokenName(nameToken);
    const first = this.peek();
    let last: SqlToken | undefined;
    while (this.isTypeWord()) last = this.next();
    if (last && isOperator(this.peek(), '(')) last = this.parentheses().close;
    const type = first && last ? this.sql.slice(first.start, last.end) : '';
    const constraints: Constraint[] = [];
    while (isKeyword(this.peek(), ...COLUMN_CONSTRAINTS)) constraints.push(this.columnConstraint(name));
    return { name, nameToken, type, constraints };
  }

  private isTypeWord(): boolean {
    const token = this.peek();
    if (!token) return false;
    if (token.kind === 'quoted' || token.kind === 'string') return true;
    return token.kind === 'word' && !isKeyword(token, ...COLUMN_CONSTRAINTS);
  }

  private columnConstraint(column: string): Constraint {
    const start = this.current().start;
    const name = this.accept('CONSTRAINT') ? tokenName(this.nameToken()) : undefined;
    const finish = (kind: Constraint['kind'], extra: Partial<Constraint> = {}): Constraint => ({
      kind,
      name,
      columns: [column],
      body: '',
      autoincrement: false,
      descending: false,
      stored: false,
      ...extra,
      start,
      end: this.tokens[this.at - 1]!.end,
    });
    if (this.accept('PRIMARY')) {
      this.expect('KEY');
      const descending = this.accept('DESC');
      if (!descending) this.accept('ASC');
      const conflict = this.conflict();
      return finish('primary-key', { descending, conflict, autoincrement: this.accept('AUTOINCREMENT') });
    }
    if (this.accept('NOT')) {
      if (this.accept('DEFERRABLE')) {
        this.initially();
        return finish('null');
      }
      this.expect('NULL');
      return finish('not-null', { conflict: this.conflict() });
    }
    if (this.accept('NULL')) {
      this.conflict();
      return finish('null');
    }
    if (this.accept('UNIQUE')) return finish('unique', { conflict: this.conflict() });
    if (this.accept('CHECK')) return finish('check', { body: this.parentheses().inner });
    if (this.accept('DEFAULT')) return finish('default', { body: this.defaultValue() });
    if (this.accept('COLLATE')) return finish('collate', { body: tokenName(this.nameToken()) });
    if (this.accept('REFERENCES')) return finish('foreign-key', { parent: this.parent() });
    if (this.accept('GENERATED')) this.expect('ALWAYS');
    if (this.accept('AS')) {
      const body = this.parentheses().inner;
      const stored = this.accept('STORED');
      if (!stored) this.accept('VIRTUAL');
      return finish('generated', { body, stored });
    }
    throw new NotUnderstood();
  }

  private tableConstraint(): Constraint {
    const start = this.current().start;
    const name = this.accept('CONSTRAINT') ? tokenName(this.nameToken()) : undefined;
    const finish = (kind: Constraint['kind'], extra: Partial<Constraint>): Constraint => ({
      kind,
      name,
      columns: [],
      body: '',
      autoincrement: false,
      descending: false,
      stored: false,
      ...extra,
      start,
      end: this.tokens[this.at - 1]!.end,
    });
    if (this.accept('PRIMARY')) {
      this.expect('KEY');
      const list = this.keyColumns();
      return finish('primary-key', { ...list, conflict: this.conflict() });
    }
    if (this.accept('UNIQUE')) {
      const list = this.keyColumns();
      return finish('unique', { ...list, conflict: this.conflict() });
    }
    if (this.accept('CHECK')) {
      const body = this.parentheses().inner;
      return finish('check', { body, conflict: this.conflict() });
    }
    this.expect('FOREIGN');
    this.expect('KEY');
    const columns = this.columnNames();
    this.expect('REFERENCES');
    return finish('foreign-key', { columns, parent: this.parent() });
  }

  private keyColumns(): { columns: string[]; body: string; autoincrement: boolean; descending: boolean } {
    const open = this.expectOperator('(');
    const columns: string[] = [];
    let autoincrement = false;
    let descending = false;
    for (;;) {
      const nameToken = this.nameToken();
      columns.push(tokenName(nameToken));
      while (!isOperator(this.peek(), ',') && !isOperator(this.peek(), ')')) {
        if (this.accept('AUTOINCREMENT')) autoincrement = true;
        else if (this.accept('DESC')) descending = true;
        else if (this.accept('COLLATE')) this.nameToken();
        else this.expect('ASC');
      }
      if (this.acceptOperator(')')) break;
      this.expectOperator(',');
    }
    const body = this.sql.slice(open.end, this.tokens[this.at - 1]!.start).trim();
    return { columns, body, autoincrement, descending };
  }

  private columnNames(): string[] {
    this.expectOperator('(');
    const columns: string[] = [];
    for (;;) {
      columns.push(tokenName(this.nameToken()));
      if (this.acceptOperator(')')) return columns;
      this.expectOperator(',');
    }
  }

  private parent(): NonNullable<Constraint['parent']> {
    const table = this.nameToken();
    const columns = isOperator(this.peek(), '(') ? this.columnNames() : [];
    const from = this.tokens[this.at - 1]!.end;
    for (;;) {
      if (this.accept('ON')) {
        if (!this.accept('DELETE')) this.expect('UPDATE');
        if (this.accept('SET')) {
          if (!this.accept('NULL')) this.expect('DEFAULT');
        } else if (this.accept('NO')) this.expect('ACTION');
        else if (!this.accept('CASCADE')) this.expect('RESTRICT');
      } else if (this.accept('MATCH')) this.nameToken();
      else if (isKeyword(this.peek(), 'NOT') && isKeyword(this.tokens[this.at + 1], 'DEFERRABLE')) {
        this.at += 2;
        this.initially();
      } else if (this.accept('DEFERRABLE')) this.initially();
      else break;
    }
    return { table, columns, actions: this.sql.slice(from, this.tokens[this.at - 1]!.end).trim() };
  }

  private initially(): void {
    if (this.accept('INITIALLY') && !this.accept('DEFERRED')) this.expect('IMMEDIATE');
  }

  private conflict(): string | undefined {
    if (!isKeyword(this.peek(), 'ON') || !isKeyword(this.tokens[this.at + 1], 'CONFLICT')) return undefined;
    this.at += 2;
    return this.next().text.toUpperCase();
  }

  private defaultValue(): string {
    if (isOperator(this.peek(), '(')) {
      const { open, close } = this.parentheses();
      return this.sql.slice(open.start, close.end);
    }
    const start = this.current().start;
    if (!this.acceptOperator('-')) this.acceptOperator('+');
    const value = this.next();
    if (value.kind === 'operator' || value.kind === 'illegal') throw new NotUnderstood();
    return this.sql.slice(start, value.end);
  }

  private parentheses(): { open: SqlToken; close: SqlToken; inner: string } {
    const open = this.expectOperator('(');
    for (let depth = 1; ;) {
      const token = this.next();
      if (isOperator(token, '(')) depth++;
      if (isOperator(token, ')') && --depth === 0)
        return { open, close: token, inner: this.sql.slice(open.end, token.start).trim() };
    }
  }

  private peek(): SqlToken | undefined {
    return this.tokens[this.at];
  }

  private current(): SqlToken {
    const token = this.peek();
    if (!token) throw new NotUnderstood();
    return token;
  }

  private next(): SqlToken {
    const token = this.current();
    this.at++;
    return token;
  }

  private nameToken(): SqlToken {
    const token = this.next();
    if (token.kind === 'word' || token.kind === 'quoted' || token.kind === 'string') return token;
    throw new NotUnderstood();
  }

  private accept(keyword: string): boolean {
    if (!isKeyword(this.peek(), keyword)) return false;
    this.at++;
    return true;
  }

  private expect(keyword: string): void {
    if (!this.accept(keyword)) throw new NotUnderstood();
  }

  private acceptOperator(text: string): boolean {
    if (!isOperator(this.peek(), text)) return false;
    this.at++;
    return true;
  }

  private expectOperator(text: string): SqlToken {
    const token = this.next();
    if (!isOperator(token, text)) throw new NotUnderstood();
    return token;
  }
}

import { isDeepStrictEqual } from 'node:util';
import { ConsolidationError } from '../../errors';
import type { Row } from '../rows/row';
import type { RowEncoder } from './row-encoder';
import type { SchemaColumn, SchemaTable } from '../schema/schema-table';

const ROWID_NAMES = ['rowid', 'oid', '_rowid_'];

/** Chosen columns of a table, in a chosen order, ready to be encoded row by row. */
export class ColumnSelection {
  readonly #fields: Int32Array;
  readonly #real: Uint8Array;

  constructor(readonly columns: readonly SchemaColumn[]) {
    this.#fields = Int32Array.from(columns, (column) => (column.rowidAlias ? -1 : column.field));
    this.#real = Uint8Array.from(columns, (column) => (column.affinity === 'real' ? 1 : 0));
  }

  /** @throws ConsolidationError `SQL_FAILED` for a column that the table does not store */
  static of(table: SchemaTable, names: readonly string[]): ColumnSelection {
    return new ColumnSelection(names.map((name) => findColumn(table, name)));
  }

  /** Does it take the same values from the same bytes? */
  readsAs(other: ColumnSelection): boolean {
    return (
      sameNumbers(this.#fields, other.#fields) &&
      sameNumbers(this.#real, other.#real) &&
      this.columns.every(({ missing }, index) => isDeepStrictEqual(missing, other.columns[index]!.missing))
    );
  }

  encode(row: Row, encoder: RowEncoder): void {
    const fields = this.#fields;
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index];
      if (field < 0) encoder.integer(row.rowidHigh, row.rowidLow | 0);
      else if (field >= row.fieldCount) encoder.value(this.columns[index].missing);
      else encoder.field(row, field, this.#real[index] !== 0);
    }
  }
}

function findColumn(table: SchemaTable, name: string): SchemaColumn {
  const lower = name.toLowerCase();
  const column = table.columns.find((candidate) => candidate.name.toLowerCase() === lower);
  if (column && (column.field >= 0 || column.rowidAlias)) return column;
  if (!column && !table.withoutRowid && ROWID_NAMES.includes(lower)) return ROWID;
  const why = column ? 'is computed when it is read and not stored' : 'does not exist';
  throw new ConsolidationError(
    'SQL_FAILED',
    `The column ${JSON.stringify(name)} of the table ${JSON.stringify(table.name)} ${why}; take it out of the mapping.`,
    { table: table.name },
  );
}

function sameNumbers(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  return one.length === other.length && Array.prototype.every.call(one, (value, index) => value === other[index]);
}

/** The rowid of a table, which is no field of its records. */
export const ROWID: SchemaColumn = {
  name: 'rowid',
  type: 'INTEGER',
  notNull: false,
  primaryKey: 0,
  default: null,
  generated: '',
  affinity: 'integer',
  field: 0,
  rowidAlias: true,
  missing: { kind: 'null' },
};

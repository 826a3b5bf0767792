import { ConsolidationError } from '../../errors';
import type { Row } from '../rows/row';
import type { RowEncoder } from './row-encoder';
import type { SchemaColumn, SchemaTable } from '../schema/schema-table';

const ROWID_NAMES = ['rowid', 'oid', '_rowid_'];

/** Chosen columns of a table, in a chosen order, ready to be encoded row by row. */
export class ColumnSelection {
  readonly #columns: readonly SchemaColumn[];
  readonly #fields: Int32Array;
  readonly #real: Uint8Array;

  /** @throws ConsolidationError `SQL_FAILED` for a column that the table does not store */
  constructor(table: SchemaTable, names: readonly string[]) {
    this.#columns = names.map((name) => findColumn(table, name));
    this.#fields = Int32Array.from(this.#columns, (column) => (column.rowidAlias ? -1 : column.field));
    this.#real = Uint8Array.from(this.#columns, (column) => (column.affinity === 'real' ? 1 : 0));
  }

  get columns(): readonly SchemaColumn[] {
    return this.#columns;
  }

  encode(row: Row, encoder: RowEncoder): void {
    const fields = this.#fields;
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index];
      if (field < 0) encoder.integer(row.rowidHigh, row.rowidLow | 0);
      else if (field >= row.fieldCount) encoder.value(this.#columns[index].missing);
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

const ROWID: SchemaColumn = {
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

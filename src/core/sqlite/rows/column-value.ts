import type { TextEncoding } from '../format/header';
import type { Row } from './row';
import type { SchemaColumn } from '../schema/schema-table';
import { decodeField, realValue } from './stored-value';
import type { StoredValue } from './stored-value';

/** Value of a column in a row: the rowid, a default for a field that is missing, and REAL columns as REAL. */
export function columnValue(row: Row, column: SchemaColumn, encoding: TextEncoding): StoredValue {
  if (column.rowidAlias) return { kind: 'integer', value: row.rowid };
  if (column.field < 0 || column.field >= row.fieldCount) return column.missing;
  const value = decodeField(row, column.field, encoding);
  return column.affinity === 'real' && value.kind === 'integer' ? realValue(Number(value.value)) : value;
}

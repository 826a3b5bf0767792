import { corrupt } from '../format/corrupt';
import type { DatabaseImage } from '../image/image';
import type { Row } from '../rows/row';
import { decodeField } from '../rows/stored-value';
import type { SchemaObject } from './schema-table';
import { isKeyword, sqlTokens } from '../sql-tokens';
import { forEachRow } from '../rows/table-rows';

const TYPES = ['table', 'index', 'view', 'trigger'] as const;

/** The rows of `sqlite_schema`, the table at page 1 (file format, section 2.6). @throws ConsolidationError `DATABASE_CORRUPT` */
export async function readSchemaObjects(image: DatabaseImage): Promise<SchemaObject[]> {
  const objects: SchemaObject[] = [];
  if (image.pageCount === 0) return objects;
  await forEachRow(image, { rootPage: 1, withoutRowid: false, columns: [{ field: 4 }] }, (row) =>
    objects.push(schemaObject(image, row)),
  );
  return objects;
}

function schemaObject(image: DatabaseImage, row: Row): SchemaObject {
  const [type, name, tableName, rootPage, sql] = [0, 1, 2, 3, 4].map((field) =>
    field < row.fieldCount ? decodeField(row, field, image.encoding) : { kind: 'null' as const },
  );
  const known =
    TYPES.find((candidate) => candidate === textOf(type)) ?? typeOfStatement(sql.kind === 'null' ? null : textOf(sql));
  if (!known) throw corrupt(image.name, 1, `sqlite_schema holds an object of the type ${JSON.stringify(textOf(type))}`);
  const root = rootPage.kind === 'integer' ? Number(rootPage.value) : 0;
  if (root < 0 || root > image.pageCount) {
    throw corrupt(
      image.name,
      1,
      `${known} ${JSON.stringify(textOf(name))} begins at page ${root} of ${image.pageCount}`,
    );
  }
  return {
    type: known,
    name: textOf(name),
    tableName: textOf(tableName),
    rootPage: root,
    sql: sql.kind === 'null' ? null : textOf(sql),
  };

  function textOf(value: ReturnType<typeof decodeField>): string {
    if (value.kind === 'text' || value.kind === 'blob') return Buffer.from(value.bytes).toString('utf8');
    return value.kind === 'null' ? '' : String(value.value);
  }
}

/** SQLite itself goes by the statement and overlooks a wrong word in the type column. Automatic indexes have no statement. */
function typeOfStatement(sql: string | null): SchemaObject['type'] | undefined {
  if (sql === null) return 'index';
  const [create, ...words] = sqlTokens(sql.slice(0, 200));
  if (!isKeyword(create, 'CREATE')) return undefined;
  return TYPES.find((type) => words.slice(0, 2).some((word) => isKeyword(word, type.toUpperCase())));
}

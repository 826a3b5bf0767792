import { corrupt } from './corrupt';
import type { DatabaseImage } from './image';
import type { Row } from './row';
import { decodeField } from './stored-value';
import type { SchemaObject } from './schema-table';
import { forEachRow } from './table-rows';

const TYPES = ['table', 'index', 'view', 'trigger'] as const;

/** The rows of `sqlite_schema`, the table at page 1 (file format, section 2.6). @throws ConsolidationError `DATABASE_CORRUPT` */
export async function readSchemaObjects(image: DatabaseImage): Promise<SchemaObject[]> {
  const objects: SchemaObject[] = [];
  if (image.pageCount === 0) return objects;
  await forEachRow(image, { rootPage: 1, withoutRowid: false }, (row) => objects.push(schemaObject(image, row)));
  return objects;
}

function schemaObject(image: DatabaseImage, row: Row): SchemaObject {
  const [type, name, tableName, rootPage, sql] = [0, 1, 2, 3, 4].map((field) =>
    field < row.fieldCount ? decodeField(row, field, image.encoding) : { kind: 'null' as const },
  );
  const known = TYPES.find((candidate) => candidate === textOf(type));
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

import { corrupt } from './corrupt';
import type { DatabaseImage } from './image';
import { Row } from './row';
import type { SchemaObject } from './schema-table';
import { decodeField } from './stored-value';
import { TreeWalk } from './tree-walk';

const TYPES: readonly string[] = ['table', 'index', 'view', 'trigger'] satisfies SchemaObject['type'][];

/** The rows of `sqlite_schema`, whose b-tree begins at page 1 (file format, section 2.6). */
export async function readSchemaObjects(image: DatabaseImage): Promise<SchemaObject[]> {
  const objects: SchemaObject[] = [];
  if (image.pageCount === 0) return objects;
  const walk = new TreeWalk(image, 1, 'table');
  const row = new Row(walk);
  while (walk.next()) {
    for (let cell = walk.first; cell < walk.end; cell++) {
      row.moveTo(cell);
      if (row.fieldCount < 5)
        throw corrupt(image.name, walk.pageNumber, 'a row of sqlite_schema has fewer than 5 fields');
      const [type, name, tableName, rootPage, sql] = [0, 1, 2, 3, 4].map((field) =>
        decodeField(row, field, image.encoding),
      );
      const text = (value: typeof type) => (value?.kind === 'text' ? Buffer.from(value.bytes).toString('utf8') : null);
      const kind = text(type);
      if (kind === null || !TYPES.includes(kind))
        throw corrupt(image.name, walk.pageNumber, 'a row of sqlite_schema has an unknown type');
      objects.push({
        type: kind as SchemaObject['type'],
        name: text(name) ?? '',
        tableName: text(tableName) ?? '',
        rootPage: rootPage?.kind === 'integer' ? Number(rootPage.value) : 0,
        sql: text(sql),
      });
    }
  }
  return objects;
}

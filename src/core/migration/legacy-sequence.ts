import { forEachRow } from '../sqlite/digest/digest';
import { openImage } from '../sqlite/image/image';
import { readSchema } from '../sqlite/schema/schema';
import { decodeField } from '../sqlite/rows/stored-value';

/** Counters of the AUTOINCREMENT tables of a database by table name, exact to 64 bits (https://sqlite.org/autoinc.html). */
export async function readSequences(file: string): Promise<Map<string, bigint>> {
  const sequences = new Map<string, bigint>();
  const image = await openImage(file);
  try {
    const table = (await readSchema(image)).internalTables.find(({ name }) => name === 'sqlite_sequence');
    if (!table) return sequences;
    await forEachRow(image, table, (row) => {
      if (row.fieldCount < 2) return;
      const name = decodeField(row, 0, image.encoding);
      const sequence = decodeField(row, 1, image.encoding);
      if (name.kind === 'text' && sequence.kind === 'integer') {
        sequences.set(Buffer.from(name.bytes).toString('utf8'), sequence.value);
      }
    });
    return sequences;
  } finally {
    image.close();
  }
}

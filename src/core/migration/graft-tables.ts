import { open } from 'node:fs/promises';
import { writeError } from '../files';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import { graftTree } from '../sqlite/graft/graft';
import { openImage } from '../sqlite/image/image';
import { PageFile } from '../sqlite/graft/page-file';
import { readSchema } from '../sqlite/schema/schema';
import type { DatabaseSchema } from '../sqlite/schema/schema-table';
import type { CopyStep } from './steps';
import { summarizeStep } from './steps';

/**
 * Copies the b-trees of all grafted tables into a staged file that holds their empty tables already, one legacy image at
 * a time. Memory does not grow with the tables. Nothing is flushed to the disk yet.
 */
export async function graftTables(
  staged: string,
  copies: readonly CopyStep[],
  imageOf: (database: string) => string,
  report: (copy: CopyStep, text: string) => Promise<void>,
  /** Told now and then which share of a copy is done. */
  advance: (copy: CopyStep, share: number) => void,
  options: WorkOptions,
): Promise<void> {
  if (copies.length === 0) return;
  const roots = await rootsOf(staged);
  const handle = await open(staged, 'r+');
  try {
    const file = await PageFile.open(handle);
    for (const database of new Set(copies.map((copy) => copy.database))) {
      const image = await openImage(imageOf(database), { name: database });
      try {
        const legacy = rootPages(await readSchema(image));
        for (const copy of copies.filter((candidate) => candidate.database === database)) {
          throwIfCancelled(options.signal);
          await report(copy, summarizeStep(copy).text);
          const trees = copy.trees ?? [];
          for (const [number, tree] of trees.entries()) {
            // How large one tree is among those of its database is not known before it is copied.
            const copied = (pages: number) => advance(copy, (number + pages / image.pageCount) / trees.length);
            const work = { ...options, copied };
            await graftTree(image, page(legacy, tree.from), tree.kind, file, page(roots, tree.to), work);
          }
        }
      } finally {
        image.close();
      }
    }
    await file.finish();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === undefined) throw cause;
    throw writeError(staged, cause);
  } finally {
    await handle.close();
  }
}

async function rootsOf(file: string): Promise<Map<string, number>> {
  const image = await openImage(file);
  try {
    return rootPages(await readSchema(image));
  } finally {
    image.close();
  }
}

/** Root page of every table and index, by name. */
function rootPages(schema: DatabaseSchema): Map<string, number> {
  return new Map(
    schema.objects.filter((object) => object.rootPage > 0).map((object) => [object.name, object.rootPage]),
  );
}

function page(roots: ReadonlyMap<string, number>, name: string): number {
  const root = roots.get(name);
  if (root === undefined) throw new Error(`${name} has no b-tree`);
  return root;
}

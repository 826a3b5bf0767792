import path from 'node:path';
import { loadEngine } from '../engine';
import type { EngineDatabase } from '../engine';
import { openImage } from '../sqlite/image/image';
import type { DatabaseImage } from '../sqlite/image/image';
import { openInEngine } from '../sqlite/image/engine-image';
import { imageBytes } from '../sqlite/image/materialize';
import { countRows } from '../sqlite/digest/digest';
import { readSchema } from '../sqlite/schema/schema';
import type { DatabaseSchema } from '../sqlite/schema/schema-table';
import type { Manifest } from './backup';
import { snapshotPath } from './backup';
import { loadForSql } from './sql-source';

/** Read access to the backup's copies while a migration is verified; one image is open at a time. */
export class LegacyImages {
  private opened?: { readonly path: string; readonly image: DatabaseImage; readonly schema: DatabaseSchema };
  private loaded?: { readonly path: string; readonly database: EngineDatabase };
  private attachable?: { readonly path: string; readonly database: EngineDatabase };

  constructor(
    private readonly workspace: string,
    private readonly manifest: Manifest,
  ) {}

  /** False for a database that was absent when the run was made. */
  holds(database: string): boolean {
    return this.manifest.databases.some(({ path }) => path === database);
  }

  /** Absolute path of the backup's copy. */
  fileOf(database: string): string {
    return snapshotPath(this.workspace, this.manifest, database);
  }

  async open(database: string): Promise<{ readonly image: DatabaseImage; readonly schema: DatabaseSchema }> {
    if (this.opened?.path === database) return this.opened;
    this.opened?.image.close();
    this.opened = undefined;
    const image = await openImage(snapshotPath(this.workspace, this.manifest, database));
    this.opened = { path: database, image, schema: await readSchema(image) };
    return this.opened;
  }

  async countRows(database: string, table: string): Promise<number> {
    const { image, schema } = await this.open(database);
    const found = schema.tables.find((candidate) => candidate.name === table);
    return found ? countRows(image, found) : 0;
  }

  /** The recovered database in the engine. Valid until another one is asked for. */
  async engineDatabase(database: string): Promise<EngineDatabase> {
    if (this.loaded?.path === database) return this.loaded.database;
    this.loaded?.database.close();
    this.loaded = undefined;
    const engine = await loadEngine();
    this.loaded = {
      path: database,
      database: openInEngine(engine, await openImage(this.fileOf(database), { scattered: true })),
    };
    return this.loaded.database;
  }

  /** The recovered database in the engine, to be attached to a UTF-8 database. Valid until another one is asked for. */
  async sqlDatabase(database: string): Promise<EngineDatabase> {
    if (this.attachable?.path === database) return this.attachable.database;
    this.attachable?.database.close();
    this.attachable = undefined;
    const engine = await loadEngine();
    this.attachable = { path: database, database: await loadForSql(engine, await openImage(this.fileOf(database))) };
    return this.attachable.database;
  }

  close(): void {
    this.opened?.image.close();
    this.loaded?.database.close();
    this.attachable?.database.close();
    this.opened = undefined;
    this.loaded = undefined;
    this.attachable = undefined;
  }
}

/** Up to this size a file that may be in use is read at once. */
const READ_AT_ONCE_BYTES = 64 * 2 ** 20;

/** A legacy database as it is now, recovered, in the engine, to be attached. The caller closes it. */
export async function loadRecovered(workspace: string, database: string): Promise<EngineDatabase> {
  const engine = await loadEngine();
  const image = await openImage(path.join(workspace, database), { name: database });
  if (image.encoding !== 'UTF-8' || image.pageCount * image.pageSize > READ_AT_ONCE_BYTES)
    return loadForSql(engine, image);
  // A program may write the file meanwhile: what is read at once is less likely to be of two minds.
  try {
    return new engine.Database(imageBytes(image));
  } finally {
    image.close();
  }
}

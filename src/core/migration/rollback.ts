import path from 'node:path';
import { ConsolidationError } from '../errors';
import { copyFileDurably, exists, moveFile, relativePath, sha256File } from '../files';
import type { RollbackResult } from '../results';
import { changedSince } from './backup';
import type { Manifest, ManifestDatabase } from './backup';
import { SIDECARS, undo } from './publish';
import { targetState } from './runs';
import type { Run } from './runs';

/**
 * Takes the targets of a run away and puts back the legacy files that stepped aside for them. Idempotent.
 * A target that was written since holds rows that exist nowhere else: that stops the roll back, unless `keepCopy` says
 * to keep it aside in the run's folder. A legacy file that is missing is restored from the backup; one that was written
 * since the backup is left as it is, since what was written to it exists nowhere else, and is listed in `changed`.
 * @throws ConsolidationError `TARGET_CHANGED`, `BACKUP_DAMAGED`
 */
export async function rollBack(workspace: string, run: Run, keepCopy: boolean): Promise<RollbackResult> {
  const { directory } = run;
  const keptAside: string[] = [];
  for (const publication of run.publications) {
    if (run.state === 'rolled-back') break;
    const staged = await exists(path.join(workspace, publication.staged));
    if (staged || (await targetState(workspace, publication)) !== 'changed') continue;
    if (!keepCopy) throw targetChanged(publication.path);
    const files = ['', ...SIDECARS].map((suffix) => publication.path + suffix);
    for (const file of files) {
      if (!(await exists(path.join(workspace, file)))) continue;
      const aside = directory.file(path.join('rolled-back', file));
      await moveFile(path.join(workspace, file), aside);
      keptAside.push(relativePath(workspace, aside));
    }
  }
  await directory.journal({ event: 'rolling-back' });
  const { removed, restored } = await undo(workspace, run.publications);
  const manifest = await directory.readJson<Manifest>('manifest.json').catch(() => undefined);
  const { returned, changed } = await restoreMissing(workspace, manifest?.databases ?? []);
  await directory.journal({ event: 'rolled-back' });
  await directory.log(
    `rolled back; removed ${removed.join(', ') || 'nothing'}; restored ${[...restored, ...returned].join(', ') || 'nothing'}`,
  );
  return {
    version: 1,
    ok: true,
    run: directory.run,
    removed,
    restored: [...restored, ...returned],
    keptAside,
    changed,
  };
}

function targetChanged(file: string): ConsolidationError {
  return new ConsolidationError(
    'TARGET_CHANGED',
    `${file} was written since it was published, so rolling back would lose those rows. Say --keep-copy to roll back and keep it aside in the run's folder.`,
    { file },
  );
}

async function restoreMissing(
  workspace: string,
  databases: readonly ManifestDatabase[],
): Promise<{ readonly returned: string[]; readonly changed: string[] }> {
  const returned: string[] = [];
  const changed: string[] = [];
  for (const { database, file, state } of await changedSince(workspace, databases)) {
    const main = path.join(workspace, database);
    // A missing sidecar beside a database that is still there was checkpointed into it by a program that opened it.
    if (state === 'changed' || (file.path !== database && (await exists(main)) && !returned.includes(database))) {
      if (!changed.includes(database)) changed.push(database);
      continue;
    }
    const copy = path.join(workspace, file.copy);
    if (!(await exists(copy)) || (await sha256File(copy)) !== file.sha256) throw damaged(file.copy);
    await copyFileDurably(copy, path.join(workspace, file.path));
    returned.push(file.path);
  }
  return { returned, changed };
}

function damaged(file: string): ConsolidationError {
  return new ConsolidationError(
    'BACKUP_DAMAGED',
    `The backup copy ${file} is missing or not what its manifest says, so the legacy file could not be restored from it. Restore it from another backup.`,
    { file },
  );
}

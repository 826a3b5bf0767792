import { open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { ConsolidationError } from '../errors';
import { makeDirectory } from '../files';
import { STATE_DIRECTORY } from './run-directory';

interface Holder {
  readonly process: number;
  readonly host: string;
}

/** Runs `work` while no other process migrates or rolls back this workspace. A lock that a crash left behind is taken over. */
export async function withLock<T>(workspace: string, work: () => Promise<T>): Promise<T> {
  const file = path.join(workspace, STATE_DIRECTORY, 'lock');
  await makeDirectory(path.dirname(file));
  await acquire(file);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function acquire(file: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = await open(file, 'wx');
      try {
        await handle.writeFile(JSON.stringify({ process: process.pid, host: hostname() } satisfies Holder));
      } finally {
        await handle.close();
      }
      return;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
      const holder = await readHolder(file);
      if (attempt === 0 && holder && isGone(holder)) {
        await rm(file, { force: true });
        continue;
      }
      throw new ConsolidationError(
        'RUN_LOCKED',
        `Another run works on this workspace (process ${holder?.process ?? 'unknown'} on ${holder?.host ?? 'an unknown host'}). Wait until it has ended; if it is gone, delete ${STATE_DIRECTORY}/lock.`,
        { process: holder?.process },
        { cause },
      );
    }
  }
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch {
    return undefined; // being written, or damaged: treated as held
  }
}

/** Only a process of this host can be known to be gone. This very process may hold it too: two calls in one editor. */
function isGone(holder: Holder): boolean {
  if (holder.host !== hostname()) return false;
  try {
    process.kill(holder.process, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

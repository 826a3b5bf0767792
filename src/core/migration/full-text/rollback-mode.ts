import { open } from 'node:fs/promises';

/** Read and write version of the file (file format, section 1.3.3): 2 stands for WAL mode. */
const VERSIONS_OFFSET = 18;
const WAL = 2;

/** Has work done on a staged file by an engine that cannot open WAL-mode files; afterwards the file is in its mode again. */
export async function inRollbackMode(staged: string, work: () => Promise<void>): Promise<void> {
  const before = await versions(staged);
  if (before[0] !== WAL) return work();
  await setVersions(staged, new Uint8Array([1, 1]));
  try {
    await work();
  } finally {
    await setVersions(staged, before);
  }
}

async function versions(file: string): Promise<Uint8Array> {
  const handle = await open(file, 'r');
  try {
    const bytes = new Uint8Array(2);
    await handle.read(bytes, 0, 2, VERSIONS_OFFSET);
    return bytes;
  } finally {
    await handle.close();
  }
}

async function setVersions(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.write(bytes, 0, 2, VERSIONS_OFFSET);
  } finally {
    await handle.close();
  }
}

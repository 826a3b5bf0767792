import { readFile, readdir, readlink, realpath } from 'node:fs/promises';

/** Processes that have one of the files open, as `name (pid)`. Linux tells; elsewhere the list is empty. */
export async function holdersOf(files: readonly string[]): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const wanted = new Set(await Promise.all(files.map((file) => realpath(file).catch(() => file))));
  const holders: string[] = [];
  for (const pid of (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    // A process that ends meanwhile, or belongs to somebody else, holds nothing that we could name.
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const links = await Promise.all(descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
    if (!links.some((link) => wanted.has(link))) continue;
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'process');
    holders.push(`${name.trim()} (${pid})`);
  }
  return holders;
}

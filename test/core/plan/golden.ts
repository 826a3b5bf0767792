import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';

/** Compares with a committed file. `UPDATE_GOLDEN=1` writes it; without that a missing file is a failure. */
export async function expectGolden(file: string, text: string): Promise<void> {
  if (process.env.UPDATE_GOLDEN) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  expect(text, path.basename(file)).toBe(await readFile(file, 'utf8'));
}

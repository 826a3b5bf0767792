import { existsSync } from 'node:fs';
import path from 'node:path';
import sources from '../../assets.json';

/** A binary file that ships beside the bundles in `dist/assets`: the SQLite engine and the grammars. */
export type AssetName = keyof typeof sources;

/**
 * Absolute path of an asset. Beside the bundle when bundled; in `node_modules` when the sources run as they are (unit tests).
 * @throws Error when neither exists: the package was built wrongly.
 */
export function assetPath(name: AssetName): string {
  const candidates = [path.join(__dirname, 'assets', name), path.join(__dirname, '../..', sources[name])];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (!found) throw new Error(`Asset ${name} is missing from the package; looked at ${candidates.join(' and ')}.`);
  return found;
}

import { readdir, readFile, stat } from 'node:fs/promises';
import nodePath from 'node:path';
import { parse } from 'jsonc-parser';

/** Another plan in the workspace's root, as far as two plans can get into each other's way. */
export interface OtherPlan {
  readonly file: string;
  readonly targets: readonly { readonly name: string; readonly path: string }[];
}

/** Larger files of settings are no plans. */
const LARGEST = 4 << 20;

/** The other plans beside a plan: JSONC files with `version`, `targets` and `sources`. What cannot be read is none. */
export async function otherPlans(workspace: string, file: string): Promise<OtherPlan[]> {
  const entries = await readdir(workspace, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.jsonc') && entry.name !== nodePath.normalize(file))
    .map((entry) => entry.name)
    .sort();
  const found = await Promise.all(names.map((name) => readTargets(workspace, name)));
  return found.flatMap((plan) => plan ?? []);
}

async function readTargets(workspace: string, file: string): Promise<OtherPlan | undefined> {
  const absolute = nodePath.join(workspace, file);
  const text = await stat(absolute)
    .then(({ size }) => (size > LARGEST ? undefined : readFile(absolute, 'utf8')))
    .catch(() => undefined);
  const value: unknown = text === undefined ? undefined : parse(text, [], { allowTrailingComma: true });
  if (!isObject(value) || value.version !== 1 || !isObject(value.targets) || !isObject(value.sources)) return undefined;
  const targets = Object.entries(value.targets).flatMap(([name, target]) =>
    isObject(target) && typeof target.path === 'string' ? [{ name, path: target.path }] : [],
  );
  return { file, targets };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

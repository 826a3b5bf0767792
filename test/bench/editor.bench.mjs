// The editor: how long the event loop of a real extension host is held while references are searched in 3,000 files, cold
// and after edits. `npm run bench editor`. What VS Code itself holds it for is in the delays: the same edits are measured
// before the extension is active, and `own` is the longest stretch that the extension's own code took, from a CPU profile.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { runInExtensionHost } from '../host/extension-host.mjs';
import { setUp } from '../host/setup.mjs';
import { typicalLines } from './long-file.mjs';
import { DATABASES, makeTree } from './tree.mjs';

const FILES = 3_000;
const LONGEST_MILLISECONDS = 50;

const root = path.join(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'editor-bench-'));
const [workspace, list, tests, figures] = ['workspace', 'databases.json', 'tests.cjs', 'figures.json'].map((name) =>
  path.join(folder, name),
);

try {
  setUp();
  execFileSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: 'ignore' });
  writeFileSync(list, JSON.stringify(makeTree(workspace, FILES, 230, 12_000)));
  writeFileSync(path.join(workspace, 'src/long.py'), typicalLines().join('\n'));
  execFileSync('python3', ['-c', DATABASES, workspace, list]);
  await build({
    entryPoints: [path.join(import.meta.dirname, 'editor/measure.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode'],
    outfile: tests,
    logLevel: 'error',
  });
  await runInExtensionHost({ extension: root, tests, folder: workspace, env: { FIGURES: figures } });
  for (const line of JSON.parse(readFileSync(figures, 'utf8')))
    console.log(
      JSON.stringify({ part: 'editor', files: FILES, ...line, withinBudget: line.own <= LONGEST_MILLISECONDS }),
    );
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

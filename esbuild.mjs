// Builds one bundle per runtime into dist/. The command line and the worker are bundled without `external: vscode`:
// if core/ ever imported it, this build would fail.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import esbuild from 'esbuild';

const watch = process.argv.includes('--watch');
const minify = process.argv.includes('--minify');
const outdir = 'dist';

const node = {
  platform: 'node',
  // jsonc-parser's `main` loads its parts by computed names, which cannot be bundled.
  mainFields: ['module', 'main'],
  target: 'node20',
  format: 'cjs',
  bundle: true,
  minify,
  sourcemap: !minify,
  logLevel: 'warning',
};
const browser = {
  platform: 'browser',
  target: 'es2022',
  format: 'esm',
  bundle: true,
  minify,
  sourcemap: !minify,
  logLevel: 'warning',
};

const exists = (entry) => existsSync(Object.values(entry)[0]);
const webviews = Object.fromEntries(
  readdirSync('webview-ui', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(path.join('webview-ui', entry.name, 'main.ts')))
    .map((entry) => [`webview-ui/${entry.name}`, path.join('webview-ui', entry.name, 'main.ts')]),
);

const builds = [
  { ...node, entryPoints: { extension: 'src/extension.ts' }, external: ['vscode'], outdir },
  { ...node, entryPoints: { worker: 'src/worker/worker.ts', task: 'src/worker/task.ts' }, outdir },
  { ...node, entryPoints: { cli: 'src/cli.ts' }, outdir, banner: { js: '#!/usr/bin/env node' } },
  { ...browser, entryPoints: webviews, outdir, loader: { '.css': 'css' } },
].filter((build) => Object.keys(build.entryPoints).length > 0 && exists(build.entryPoints));

rmSync(outdir, { recursive: true, force: true });
mkdirSync(path.join(outdir, 'assets'), { recursive: true });
for (const [name, source] of Object.entries(JSON.parse(readFileSync('assets.json', 'utf8')))) {
  cpSync(source, path.join(outdir, 'assets', name));
}

if (watch) {
  for (const build of builds) await (await esbuild.context(build)).watch();
} else {
  await Promise.all(builds.map((build) => esbuild.build(build)));
}

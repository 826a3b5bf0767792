// Opens the pages of the webviews in a plain browser: the same html, policy, script and style as in VS Code, with
// acquireVsCodeApi and the variables of a real theme supplied. Messages of the view are collected, and answered by hand.
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import esbuild from 'esbuild';
import { launchBrowser } from '../../host/browser.mjs';

const root = path.join(import.meta.dirname, '../../..');

/** Variables of VS Code's own themes, taken from a webview of a real window; see README.md. */
export const themes = JSON.parse(readFileSync(path.join(import.meta.dirname, 'themes.json'), 'utf8'));

/**
 * @typedef {object} View
 * @property {import('playwright-core').Page} page
 * @property {object[]} messages what the view sent
 * @property {string[]} problems errors of the page and violations of its policy
 * @property {(message: object) => Promise<void>} send a message of the extension host
 */

/** Bundles the views and serves them on this machine until `close`. */
export async function startWebviews() {
  const outdir = mkdtempSync(path.join(tmpdir(), 'webviews-'));
  const names = ['inventory', 'mapping', 'report'];
  await esbuild.build({
    entryPoints: Object.fromEntries(names.map((name) => [name, path.join(root, 'webview-ui', name, 'main.ts')])),
    outdir,
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    minify: true,
    logLevel: 'warning',
  });
  const htmlModule = path.join(outdir, 'html.mjs');
  await esbuild.build({
    entryPoints: [path.join(root, 'src/vscode/panels/html.ts')],
    format: 'esm',
    outfile: htmlModule,
  });
  const { webviewHtml } = await import(htmlModule);
  const server = createServer((request, response) => {
    const [, kind, name] = new URL(request.url, 'http://localhost').pathname.split('/');
    const types = { js: 'text/javascript', css: 'text/css' };
    if (kind === 'file') {
      const extension = name.split('.').at(-1);
      response.setHeader('content-type', types[extension]).end(readFileSync(path.join(outdir, path.basename(name))));
      return;
    }
    if (kind !== 'page') {
      response.writeHead(204).end();
      return;
    }
    const origin = `http://127.0.0.1:${server.address().port}`;
    const html = webviewHtml({
      title: name,
      script: `${origin}/file/${name}.js`,
      style: `${origin}/file/${name}.css`,
      cspSource: origin,
      nonce: 'harness',
      identity: { folder: 'file:///workspace' },
    });
    response.setHeader('content-type', 'text/html').end(html);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launchBrowser();
  return {
    /** @returns {Promise<View>} */
    open: (name, options) => open(browser, `http://127.0.0.1:${server.address().port}/page/${name}`, options),
    close: async () => {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
      rmSync(outdir, { recursive: true, force: true });
    },
  };
}

async function open(browser, url, { theme = 'dark-modern', width = 1300, height = 850, saved } = {}) {
  const context = await browser.newContext({ viewport: { width, height } });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const messages = [];
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.exposeFunction('harnessReceive', (message) => void messages.push(message));
  await page.addInitScript(
    ({ variables, body, saved }) => {
      let state = saved;
      globalThis.acquireVsCodeApi = () => ({
        postMessage: (message) => globalThis.harnessReceive(structuredClone(message)),
        getState: () => state,
        setState: (value) => {
          state = value;
          globalThis.harnessState = value;
        },
      });
      addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
      );
      const apply = () => {
        if (!document.documentElement) return requestAnimationFrame(apply);
        for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(name, value);
        if (!document.body) return requestAnimationFrame(apply);
        document.body.className = body.class;
        Object.assign(document.body.dataset, body.dataset);
      };
      apply();
    },
    { variables: themes[theme].variables, body: themes[theme].body, saved },
  );
  await page.goto(url);
  const deadline = Date.now() + 10_000;
  while (!messages.some(({ type }) => type === 'ready') && Date.now() < deadline) await page.waitForTimeout(10);
  return {
    page,
    messages,
    problems,
    send: (message) => page.evaluate((data) => postMessage(data, '*'), message),
  };
}

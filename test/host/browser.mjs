import { chromium } from 'playwright-core';
import { findChromium } from './chromium.mjs';

/** Starts a headless Chromium. */
export function launchBrowser() {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('No Chromium was found. Run `node test/host/setup.mjs`, or set CHROMIUM.');
  const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return chromium.launch({
    executablePath,
    // A container has neither user namespaces for the sandbox nor a /dev/shm of a useful size.
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-dev-shm-usage', ...quiet],
  });
}

/**
 * A page in a context of its own. Every request that would leave this machine is refused and noted in `page.refused`.
 * @param {import('playwright-core').Browser} browser
 * @param {import('playwright-core').BrowserContextOptions} [options]
 * @returns {Promise<import('playwright-core').Page & { refused: Set<string> }>}
 */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  const refused = new Set();
  const isElsewhere = (url) => url.protocol.startsWith('http') && !['127.0.0.1', 'localhost'].includes(url.hostname);
  await context.route(isElsewhere, (route) => {
    refused.add(route.request().url());
    return route.abort();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  return Object.assign(page, { refused });
}

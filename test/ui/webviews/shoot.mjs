// Pictures of every view in every state, to be looked at: `node test/ui/webviews/shoot.mjs [view[-state]]`. They are left in
// artifacts/webviews/.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { startWebviews, themes } from './harness.mjs';
import { detailOf, hostileDetail, inventories, mappings, reports } from './states.mjs';

const only = process.argv[2] ?? '';
const outdir = path.join(import.meta.dirname, '../../../artifacts/webviews');
mkdirSync(outdir, { recursive: true });

const pictures = [
  ...Object.entries(inventories).map(([name, state]) => ({ view: 'inventory', name, state })),
  { view: 'inventory', name: 'detail', state: inventories.planned, detail: detailOf('data/notifications.db') },
  {
    view: 'inventory',
    name: 'narrow',
    state: inventories.typical,
    detail: detailOf('data/notifications.db'),
    width: 640,
  },
  { view: 'inventory', name: 'hostile-detail', state: inventories.hostile, detail: hostileDetail },
  ...Object.entries(mappings).map(([name, state]) => ({ view: 'mapping', name, state })),
  { view: 'mapping', name: 'narrow', state: mappings.conflicts, width: 640 },
  { view: 'mapping', name: 'editing', state: mappings.typical, edit: true },
  ...Object.entries(reports).map(([name, state]) => ({ view: 'report', name, state })),
].filter(({ view, name }) => `${view}-${name}`.startsWith(only));

const webviews = await startWebviews();
try {
  for (const { view, name, state, detail, width, edit } of pictures) {
    const everyTheme = ['detail', 'conflicts', 'published', 'editing'].includes(name);
    for (const theme of everyTheme ? Object.keys(themes) : ['dark-modern']) {
      const { page, send, problems } = await webviews.open(view, { theme, width });
      await send(state);
      await page.waitForTimeout(150);
      if (detail) {
        await page.locator('tr[data-path]', { hasText: detail.path }).click();
        await send(detail);
        await page.locator('aside summary').first().click();
      }
      if (edit) {
        await page.locator('tr[data-table]').nth(1).hover();
        await page.locator('tr[data-table]').nth(1).locator('.change').click();
        await page.locator('.group-head').nth(1).hover();
      }
      await page.waitForTimeout(150);
      const file = `${view}-${name}${theme === 'dark-modern' ? '' : `-${theme}`}.png`;
      await page.screenshot({ path: path.join(outdir, file), fullPage: name !== 'large' });
      console.log(file, problems.join(' | '));
      await page.context().close();
    }
  }
} finally {
  await webviews.close();
}

import assert from 'node:assert/strict';
import { startWebviews, themes } from './webviews/harness.mjs';
import { detailOf, hostileDetail, inventories, mappings, reports } from './webviews/states.mjs';

// The pages of the webviews in a browser of their own: what they show, what they send, and that no name gets out of its text.
describe('webview pages', function () {
  this.timeout(60_000);
  let webviews;
  before(async () => (webviews = await startWebviews()));
  after(() => webviews?.close());

  const opened = [];
  const open = async (name, options) => {
    const view = await webviews.open(name, options);
    opened.push(view);
    return view;
  };
  afterEach(async () => {
    for (const view of opened.splice(0)) {
      await view.page.context().close();
      assert.deepEqual(view.problems, [], 'no error, dialog or violation of the policy');
    }
  });

  const sent = (view, type) => view.messages.filter((message) => message.type === type);
  const paths = (view) =>
    view.page.locator('tbody tr[data-path]').evaluateAll((rows) => rows.map((row) => row.dataset.path));

  describe('Inventory', () => {
    it('shows every database with its figures', async () => {
      const view = await open('inventory');
      await view.send(inventories.typical);
      await view.page.locator('tr[data-path="data/roadmap.db"]').waitFor();
      assert.match(await view.page.locator('.summary').innerText(), /9 databases.*33 tables.*16,114 rows/);
      const row = await view.page.locator('tr[data-path="data/agent_messages.db"]').innerText();
      assert.match(row, /24 KB/);
      assert.match(row, /148/);
      assert.match(row, /WAL, 14 frames/);
    });

    it('sorts by a heading, by keyboard too, and says so to a screen reader', async () => {
      const view = await open('inventory');
      await view.send(inventories.typical);
      const heading = view.page.locator('th[data-column="bytes"]');
      await heading.locator('button').focus();
      await view.page.keyboard.press('Enter');
      assert.equal(await heading.getAttribute('aria-sort'), 'descending');
      assert.equal((await paths(view))[0], 'data/notifications.db');
      await view.page.keyboard.press('Enter');
      assert.equal(await heading.getAttribute('aria-sort'), 'ascending');
      assert.equal((await paths(view))[0], 'data/unified_roadmap_specs.db');
    });

    it('filters by path and by kind', async () => {
      const view = await open('inventory');
      await view.send(inventories.typical);
      await view.page.locator('vscode-text-field').locator('input').fill('METRICS');
      assert.deepEqual(await paths(view), ['data/metrics.db', 'data/task_metrics.db']);
      assert.equal(await view.page.locator('.toolbar .count').innerText(), '2 of 9 databases');
    });

    it('moves by arrow keys and shows the details with Enter', async () => {
      const view = await open('inventory');
      await view.send(inventories.typical);
      await view.page.locator('tr[data-path][tabindex="0"]').focus();
      await view.page.keyboard.press('ArrowDown');
      await view.page.keyboard.press('ArrowDown');
      await view.page.keyboard.press('ArrowDown');
      await view.page.keyboard.press('Enter');
      assert.deepEqual(sent(view, 'detail'), [{ type: 'detail', path: 'data/notifications.db' }]);
      await view.send(detailOf('data/notifications.db'));
      await view.page.locator('aside summary', { hasText: 'notifications' }).click();
      await view.page.locator('aside td', { hasText: 'created_at' }).waitFor();
      await view.page.locator('aside .link').first().click();
      assert.deepEqual(sent(view, 'open'), [
        { type: 'open', file: 'coffee_maker/cli/notifications.py', line: 41, column: 22 },
      ]);
    });

    it('offers the next step: a draft without a plan, a migration with one', async () => {
      const view = await open('inventory');
      await view.send(inventories.typical);
      await view.page.locator('vscode-button[appearance="primary"]', { hasText: 'Draft Plan' }).click();
      await view.send(inventories.planned);
      await view.page.locator('vscode-button[appearance="primary"]', { hasText: 'Migrate' }).click();
      assert.deepEqual(
        sent(view, 'command').map(({ command }) => command),
        ['draftPlan', 'migrate'],
      );
      await view.send(inventories.empty);
      await view.page.locator('.empty', { hasText: 'No SQLite database here' }).waitFor();
    });

    it('comes back as it was left', async () => {
      const first = await open('inventory');
      await first.send(inventories.typical);
      await first.page.locator('th[data-column="rows"] button').click();
      await first.page.locator('tr[data-path="data/roadmap.db"]').click();
      const saved = await first.page.evaluate(() => globalThis.harnessState);
      const second = await open('inventory', { saved });
      await second.send(inventories.typical);
      assert.equal((await paths(second))[0], 'data/notifications.db');
      assert.deepEqual(sent(second, 'detail'), [{ type: 'detail', path: 'data/roadmap.db' }]);
    });

    it('drops messages that are not of its channel', async () => {
      const view = await open('inventory');
      await view.send(inventories.typical);
      await view.send({ ...inventories.empty, rows: [{ path: 1 }] });
      await view.send({ type: 'constructor' });
      await view.send(mappings.typical);
      assert.equal((await paths(view)).length, 9);
    });

    it('stays quick with 500 databases', async () => {
      const view = await open('inventory');
      const shown = await milliseconds(view.page, inventories.large, 'tr[data-path]:nth-child(500)');
      const typed = await view.page.evaluate(async () => {
        const field = document.querySelector('vscode-text-field');
        const start = performance.now();
        field.value = 'region-3';
        field.dispatchEvent(new Event('input'));
        document.body.getBoundingClientRect();
        return performance.now() - start;
      });
      console.log(`        500 databases: shown in ${Math.round(shown)} ms, filtered in ${Math.round(typed)} ms`);
      assert.ok(shown < 1000 && typed < 200);
    });
  });

  describe('Mapping', () => {
    it('shows conflicts with their resolutions and sends the one that is chosen', async () => {
      const view = await open('mapping');
      await view.send(mappings.conflicts);
      await view.page.locator('vscode-button', { hasText: 'Keep the tables apart' }).click();
      assert.deepEqual(sent(view, 'resolve'), [
        { type: 'resolve', finding: 0, code: 'SAME_NAME', resolution: 'rename-apart' },
      ]);
      await view.page.locator('.link', { hasText: 'consolidation.jsonc:42' }).click();
      assert.deepEqual(sent(view, 'openPlan'), [{ type: 'openPlan', line: 42 }]);
    });

    it('changes a name in place, by keyboard', async () => {
      const view = await open('mapping');
      await view.send(mappings.typical);
      await view.page.locator('[data-table="task_group_dependencies"] .change').focus();
      await view.page.keyboard.press('Enter');
      await view.page.locator('.editor vscode-text-field:visible input').fill('specs_dependency');
      await view.page.keyboard.press('Enter');
      assert.deepEqual(sent(view, 'edit'), [
        {
          type: 'edit',
          edit: {
            kind: 'move',
            database: 'coffee_maker.db',
            table: 'task_group_dependencies',
            target: 'roadmap',
            name: 'specs_dependency',
          },
        },
      ]);
      assert.equal(await view.page.locator('.editor').count(), 0);
    });

    it('asks for the reason when something is left out', async () => {
      const view = await open('mapping');
      await view.send(mappings.typical);
      await view.page.locator('[data-path="data/agent_messages.db"] .group-head .change').click();
      const editor = view.page.locator('.editor');
      await editor.locator('vscode-dropdown').click();
      await editor.locator('vscode-option', { hasText: 'Retire' }).click();
      await editor.locator('vscode-button', { hasText: 'Apply' }).click();
      await editor.locator('.hint', { hasText: 'needed' }).waitFor();
      assert.deepEqual(sent(view, 'edit'), []);
      await editor.locator('vscode-text-field input').fill('nobody reads it');
      await editor.locator('vscode-button', { hasText: 'Apply' }).click();
      assert.deepEqual(sent(view, 'edit').at(-1).edit, {
        kind: 'database',
        database: 'data/agent_messages.db',
        action: 'retire',
        reason: 'nobody reads it',
      });
    });

    it('does not migrate a plan with open decisions', async () => {
      const view = await open('mapping');
      await view.send(mappings.conflicts);
      const migrate = view.page.locator('vscode-button', { hasText: 'Migrate' });
      assert.equal(await migrate.getAttribute('disabled'), '');
      await view.send(mappings.typical);
      await view.page.locator('vscode-button:not([disabled])', { hasText: 'Migrate' }).click();
      assert.deepEqual(sent(view, 'command'), [{ type: 'command', command: 'migrate' }]);
    });

    it('stays quick with 500 databases and 5,000 tables', async () => {
      const view = await open('mapping');
      const shown = await milliseconds(view.page, mappings.large, '.group:nth-child(200)');
      console.log(`        5,000 tables: shown in ${Math.round(shown)} ms`);
      assert.ok(shown < 1500);
    });
  });

  describe('Report', () => {
    it('shows the figures, the checks, the backup and the way back', async () => {
      const view = await open('report');
      await view.send(reports.published);
      await view.page.locator('.figures', { hasText: '14,286' }).waitFor();
      await view.page.locator('h2', { hasText: 'all 6 checks passed' }).waitFor();
      await view.page.locator('vscode-button', { hasText: 'Roll Back' }).click();
      await view.page.locator('vscode-button', { hasText: 'Fix References' }).click();
      await view.page.locator('.link', { hasText: 'data/backups' }).click();
      assert.deepEqual(
        view.messages.slice(1).map(({ command, which }) => command ?? which),
        ['rollback', 'fixAllInWorkspace', 'backup'],
      );
    });

    it('says what failed, first', async () => {
      const view = await open('report');
      await view.send(reports.failed);
      await view.page.locator('[role="alert"]', { hasText: 'does not hold' }).waitFor();
      assert.match(await view.page.locator('.checks tbody tr').first().innerText(), /9,119/);
      assert.equal(await view.page.locator('vscode-button', { hasText: 'Roll Back' }).count(), 0);
    });
  });

  describe('every view', () => {
    const hostile = { inventory: inventories.hostile, mapping: mappings.hostile, report: reports.hostile };
    for (const [name, state] of Object.entries(hostile))
      it(`shows hostile names as text: ${name}`, async () => {
        const view = await open(name);
        await view.send(state);
        if (name === 'inventory') {
          await view.page.locator('tr', { hasText: '<img src=x' }).click();
          await view.send(hostileDetail);
          await view.page.locator('aside summary').first().click();
        } else if (name === 'mapping') await view.page.locator('.change').nth(1).click();
        await view.page.locator('main', { hasText: '<img src=x onerror=' }).waitFor();
        assert.equal(await view.page.locator('main img, main script, main b, main i').count(), 0);
        const text = await view.page.locator('main').innerText();
        assert.ok(!text.includes('\u202e'), 'characters that turn text around are written out');
      });

    for (const theme of Object.keys(themes))
      it(`can be read in ${theme}`, async () => {
        for (const [name, state] of [
          ['inventory', inventories.planned],
          ['mapping', mappings.conflicts],
          ['report', reports.published],
        ]) {
          const view = await open(name, { theme });
          await view.send(state);
          await view.page.locator('h1').waitFor();
          assert.deepEqual(await faint(view.page), [], `${name}: texts with too little contrast`);
          assert.deepEqual(await unnamed(view.page), [], `${name}: controls without a name`);
        }
      });
  });
});

/** Time from a message to the layout that shows an element. */
function milliseconds(page, message, selector) {
  return page.evaluate(
    async ([data, wanted]) => {
      const start = performance.now();
      postMessage(data, '*');
      while (!document.querySelector(wanted)) await new Promise((resolve) => setTimeout(resolve));
      document.body.getBoundingClientRect();
      return performance.now() - start;
    },
    [message, selector],
  );
}

/** Texts whose contrast with the page is below 4.5 : 1 (WCAG AA), disabled controls left out. */
function faint(page) {
  return page.evaluate(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const paint = (...colours) => {
      canvas.clearRect(0, 0, 1, 1);
      for (const colour of colours) {
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
      }
      return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const luminance = (rgb) => {
      const [r, g, b] = rgb.map((value) =>
        (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const found = [];
    for (const node of document.querySelectorAll('main *')) {
      const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim() !== '');
      if (!own || node.closest('[disabled]') || node.tagName.startsWith('VSCODE-') || node.closest('svg')) continue;
      const grounds = [];
      for (let at = node; at; at = at.parentElement) grounds.unshift(getComputedStyle(at).backgroundColor);
      const ground = paint(...grounds);
      const text = paint(...grounds, getComputedStyle(node).color);
      const [light, dark] = [luminance(text), luminance(ground)].sort((a, b) => b - a);
      const ratio = (light + 0.05) / (dark + 0.05);
      if (ratio < 4.5)
        found.push(`${node.className || node.tagName} “${node.textContent.slice(0, 30)}” ${ratio.toFixed(2)}`);
    }
    return [...new Set(found)];
  });
}

/** Controls that a screen reader could only call "button". */
function unnamed(page) {
  return page.evaluate(() =>
    [
      ...document.querySelectorAll(
        'button, vscode-button, vscode-dropdown, vscode-text-field, summary, [role="img"], table',
      ),
    ]
      .filter((node) => node.tagName !== 'TABLE' || node.getAttribute('role') === 'grid')
      .filter((node) => !(node.getAttribute('aria-label') ?? node.textContent).trim())
      .filter((node) => !(node.tagName === 'svg' && node.getAttribute('aria-label') === ''))
      .map((node) => node.outerHTML.slice(0, 80)),
  );
}

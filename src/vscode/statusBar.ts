import * as vscode from 'vscode';
import { plural } from '../protocol/text';
import type { Services } from './services';

/** Number of stale references left; shown while there is a plan. */
export function registerStatusBar({ context, sessions }: Services): void {
  const item = vscode.window.createStatusBarItem('sqliteConsolidator.stale', vscode.StatusBarAlignment.Left, 10);
  item.name = 'SQLite Consolidator: Stale References';
  item.command = 'sqliteConsolidator.references.focus';
  context.subscriptions.push(item, sessions.onDidChange(update));

  function update(): void {
    const analysed = sessions.all.filter((session) => session.references && session.checked?.resolved);
    if (analysed.length === 0) {
      item.hide();
      return;
    }
    const stale = analysed.reduce((sum, session) => sum + session.staleReferences.length, 0);
    item.text = stale > 0 ? `$(database) ${stale} stale` : '$(database) $(check)';
    item.tooltip =
      stale > 0
        ? `${plural(stale, 'place')} in the code ${stale === 1 ? 'names' : 'name'} a database that is consolidated. Show the references.`
        : 'No stale reference to a consolidated database.';
    item.accessibilityInformation = { label: `SQLite Consolidator: ${plural(stale, 'stale reference')}` };
    item.show();
  }
}

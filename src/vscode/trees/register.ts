import * as vscode from 'vscode';
import type { Services } from '../services';
import { registerDatabasesTree } from './databases';
import { registerReferencesTree } from './references';
import { registerRunsTree } from './runs';

/** The three trees of the activity bar, and what their welcome texts and menus depend on. */
export function registerTrees(services: Services): void {
  registerDatabasesTree(services);
  registerReferencesTree(services);
  registerRunsTree(services);
  const { sessions } = services;
  services.context.subscriptions.push(
    sessions.onDidChange(() => {
      const set = (name: string, value: boolean) =>
        void vscode.commands.executeCommand('setContext', `sqliteConsolidator.${name}`, value);
      set(
        'hasPlan',
        sessions.all.some(({ checked }) => checked !== undefined),
      );
      set(
        'scanned',
        sessions.all.some(({ inventory }) => inventory !== undefined),
      );
      set(
        'canRollBack',
        sessions.all.some(({ status }) =>
          status?.runs.some(({ state }) => state === 'published' || state === 'interrupted'),
        ),
      );
    }),
  );
}

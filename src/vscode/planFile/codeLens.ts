import * as vscode from 'vscode';
import { commandId } from '../commands/command';
import type { CommandName } from '../commands/command';
import type { Services } from '../services';

/** `Mapping · Check · Dry run · Migrate` above the plan. */
export function registerCodeLens({ context, sessions }: Services): void {
  context.subscriptions.push(
    vscode.languages.registerCodeLensProvider(
      { scheme: 'file', pattern: '**/*.{json,jsonc}' },
      {
        provideCodeLenses(document) {
          const session = sessions.at(document.uri);
          if (!session?.isPlan(document.uri)) return [];
          const top = new vscode.Range(0, 0, 0, 0);
          const folder = session.folder.uri.toString();
          return lenses.map(
            ([title, name]) => new vscode.CodeLens(top, { title, command: commandId(name), arguments: [{ folder }] }),
          );
        },
      },
    ),
  );
}

const lenses: readonly (readonly [string, CommandName])[] = [
  ['$(type-hierarchy) Mapping', 'openMapping'],
  ['$(check) Check', 'checkPlan'],
  ['$(beaker) Dry run', 'dryRun'],
  ['$(play) Migrate', 'migrate'],
];

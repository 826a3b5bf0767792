import * as vscode from 'vscode';
import { destination, targetNamed } from './diagnostics/messages';
import { referenceRange } from './ranges';
import type { Services } from './services';

/** Shows where the data of a referenced legacy database or table went. */
export function registerHover({ context, sessions }: Services): void {
  context.subscriptions.push(
    vscode.languages.registerHoverProvider(
      { scheme: 'file' },
      {
        provideHover(document, position) {
          const session = sessions.at(document.uri);
          const file = session?.relative(document.uri);
          if (!session || file === undefined) return undefined;
          const reference = session.inFile(file).find((candidate) => referenceRange(candidate).contains(position));
          const plan = session.checked?.resolved;
          const goes = reference && destination(plan, reference.database);
          if (!reference || !goes) return undefined;

          const text = new vscode.MarkdownString();
          text.appendMarkdown('**SQLite Consolidator**  \n');
          text.appendText(`${reference.database}: ${actions[goes.action]}`);
          if (goes.reason) text.appendText(` (${goes.reason})`);
          const moves = goes.tables.filter((move) => reference.table === undefined || move.table === reference.table);
          text.appendMarkdown('\n\n');
          for (const move of moves.slice(0, 12)) {
            text.appendMarkdown('- ');
            if (move.action === 'move') {
              const path = targetNamed(plan, move.target)?.path;
              text.appendText(`${move.table} → ${move.target}.${move.name}${path ? ` in ${path}` : ''}`);
            } else text.appendText(`${move.table}: ${move.action} (${move.reason})`);
            text.appendMarkdown('\n');
          }
          if (moves.length > 12) text.appendText(`… and ${moves.length - 12} more tables`);
          if (!reference.stale && reference.note) text.appendText(`\nNot stale: ${reference.note}`);
          return new vscode.Hover(text, referenceRange(reference));
        },
      },
    ),
  );
}

const actions = {
  merge: 'its tables move',
  keep: 'kept as it is',
  retire: 'retired',
  rebuild: 'rebuilt empty',
} as const;

import * as vscode from 'vscode';
import type { PlanCompletion } from '../../core/plan/completions';
import type { Services } from '../services';

/** Offers the databases, tables, columns and targets that exist while the plan is typed. */
export function registerPlanCompletion({ context, sessions }: Services): void {
  context.subscriptions.push(
    vscode.languages.registerCompletionItemProvider(
      { scheme: 'file', pattern: '**/*.{json,jsonc}' },
      {
        async provideCompletionItems(document, position) {
          const session = sessions.at(document.uri);
          if (!session?.isPlan(document.uri) || !session.inventory) return undefined;
          const { planCompletions } = await import('../../core/plan/completions');
          return planCompletions(document.getText(), document.offsetAt(position), session.inventory).map((offer) =>
            toItem(document, offer),
          );
        },
      },
      '"',
      '.',
    ),
  );
}

function toItem(document: vscode.TextDocument, offer: PlanCompletion): vscode.CompletionItem {
  const { offset, length } = offer.range;
  const item = new vscode.CompletionItem(offer.label, kinds[offer.kind]);
  item.detail = offer.detail;
  item.insertText = offer.insertText;
  item.filterText = offer.insertText;
  item.range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
  return item;
}

const kinds: Record<PlanCompletion['kind'], vscode.CompletionItemKind> = {
  database: vscode.CompletionItemKind.File,
  table: vscode.CompletionItemKind.Struct,
  view: vscode.CompletionItemKind.Interface,
  column: vscode.CompletionItemKind.Field,
  target: vscode.CompletionItemKind.Module,
  profile: vscode.CompletionItemKind.Constant,
  value: vscode.CompletionItemKind.Value,
};

import * as vscode from 'vscode';
import { applyEdits, modify, parse } from 'jsonc-parser';
import type { MappingEdit } from '../protocol/mapping';

type Json = Record<string, unknown>;

const formattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };

/** An edit of the Mapping view as an edit of the plan's text that keeps comments and order. */
export function planEdit(document: vscode.TextDocument, edit: MappingEdit, patternFor?: string): vscode.WorkspaceEdit {
  return replaceDocument(document, editPlanText(document.getText(), edit, patternFor));
}

/**
 * The text of the plan after an edit.
 * @param patternFor key of the pattern that speaks of the database today; its entry is copied for this database alone,
 *   so that the others of the pattern stay as they are.
 */
export function editPlanText(text: string, edit: MappingEdit, patternFor?: string): string {
  const plan = asObject(parse(text));
  const sources = asObject(plan.sources);
  let result = text;
  const set = (path: readonly string[], value: unknown): void => {
    result = applyEdits(result, modify(result, [...path], value, { formattingOptions }));
  };
  const at = ['sources', edit.database];
  const before = asObject(sources[edit.database] ?? (patternFor === undefined ? undefined : sources[patternFor]));

  if (edit.kind === 'database') {
    const { tables, to, prefix, skipEmpty, ...rest } = before;
    if (edit.action === 'merge') {
      const target = to ?? Object.keys(asObject(plan.targets))[0];
      const entry: Json = { ...rest, action: 'merge', ...(tables ? {} : { to: target }) };
      if (sources[edit.database] === undefined) set(at, { ...before, ...entry, reason: edit.reason || undefined });
      else {
        set([...at, 'action'], 'merge');
        set([...at, 'reason'], edit.reason || undefined);
        if (!tables && to === undefined) set([...at, 'to'], target);
      }
    } else {
      const whole = edit.action === 'rebuild' ? { tables, to, prefix, skipEmpty } : {};
      if (sources[edit.database] === undefined)
        set(at, { ...rest, ...whole, action: edit.action, reason: edit.reason });
      else {
        set([...at, 'action'], edit.action);
        set([...at, 'reason'], edit.reason);
        for (const key of ['tables', 'to', 'prefix', 'skipEmpty'])
          if (edit.action !== 'rebuild' && before[key] !== undefined) set([...at, key], undefined);
      }
    }
    return result;
  }

  if (sources[edit.database] === undefined) set(at, Object.keys(before).length > 0 ? before : { action: 'merge' });
  const tables = asObject(before.tables);
  const key = Object.keys(tables).find((name) => name.toLowerCase() === edit.table.toLowerCase()) ?? edit.table;
  const entry = asObject(tables[key]);
  if (edit.kind === 'retire') set([...at, 'tables', key], { retire: edit.reason });
  else {
    if (tables[key] === undefined) set([...at, 'tables', key], { to: `${edit.target}.${edit.name}` });
    else {
      set([...at, 'tables', key, 'to'], `${edit.target}.${edit.name}`);
      for (const other of ['retire', 'rebuild', 'skipEmpty'])
        if (entry[other] !== undefined) set([...at, 'tables', key, other], undefined);
    }
  }
  return result;
}

/** Replaces what differs and nothing else, so that the cursor and the undo stack of the text editor stay sensible. */
export function replaceDocument(document: vscode.TextDocument, text: string): vscode.WorkspaceEdit {
  const old = document.getText();
  let start = 0;
  while (start < old.length && start < text.length && old[start] === text[start]) start++;
  let tail = 0;
  const most = Math.min(old.length, text.length) - start;
  while (tail < most && old[old.length - 1 - tail] === text[text.length - 1 - tail]) tail++;
  const edit = new vscode.WorkspaceEdit();
  if (start === old.length && old.length === text.length) return edit;
  const range = new vscode.Range(document.positionAt(start), document.positionAt(old.length - tail));
  edit.replace(document.uri, range, text.slice(start, text.length - tail));
  return edit;
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

import * as vscode from 'vscode';
import { toErrorValue } from '../core/errors';
import type { ErrorValue } from '../core/errors';

/** The output channel: what happened, with the stacks that no notification shows. */
export class Log implements vscode.Disposable {
  private channel: vscode.LogOutputChannel | undefined;

  /** Created with the first line, so that activation costs nothing. */
  private get output(): vscode.LogOutputChannel {
    this.channel ??= vscode.window.createOutputChannel('SQLite Consolidator', { log: true });
    return this.channel;
  }

  info(text: string): void {
    this.output.info(text);
  }

  error(context: string, error: unknown): ErrorValue {
    const value = toErrorValue(error);
    this.output.error(`${context}: ${value.code}: ${value.message}`);
    if (value.code === 'INTERNAL' && error instanceof Error && error.stack) this.output.error(error.stack);
    return value;
  }

  show(): void {
    this.output.show(true);
  }

  dispose(): void {
    this.channel?.dispose();
  }
}

import * as vscode from 'vscode';
import { randomBytes } from 'node:crypto';
import type { Guard } from '../../protocol/shape';
import { webviewHtml } from './html';

export type ViewName = 'inventory' | 'mapping' | 'report';

/** A webview with its page set and its messages checked; `post` drops nothing: the view asks for its state when it is ready. */
export function connect<To, From>(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  view: {
    readonly name: ViewName;
    readonly title: string;
    readonly identity: Readonly<Record<string, string>>;
    readonly guard: Guard<From>;
    readonly receive: (message: From) => void;
  },
): { post: (message: To) => void } {
  const resources = vscode.Uri.joinPath(extensionUri, 'dist', 'webview-ui');
  const resource = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(resources, name)).toString();
  webview.options = { enableScripts: true, enableForms: false, localResourceRoots: [resources] };
  webview.onDidReceiveMessage((message: unknown) => {
    if (view.guard(message)) view.receive(message);
  });
  webview.html = webviewHtml({
    title: view.title,
    identity: view.identity,
    script: resource(`${view.name}.js`),
    style: resource(`${view.name}.css`),
    cspSource: webview.cspSource,
    nonce: randomBytes(16).toString('base64url'),
  });
  return { post: (message) => void webview.postMessage(message) };
}

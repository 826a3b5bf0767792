/** What the page of a webview is made of. All values are trusted; none comes from a database or the plan. */
export interface WebviewPage {
  readonly title: string;
  readonly script: string;
  readonly style: string;
  /** Source of the extension's own files, as `webview.cspSource` says. */
  readonly cspSource: string;
  readonly nonce: string;
  /** Kept in the webview's state, so that the view can be restored after a reload. */
  readonly identity: Readonly<Record<string, string>>;
}

/**
 * The page: no inline script or style, nothing from the network, one script with a nonce. The component library looks for
 * the nonce in a `csp-nonce` element to try out, with a style element of its own, what the browser can do.
 */
export function webviewHtml({ title, script, style, cspSource, nonce, identity }: WebviewPage): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `img-src ${cspSource}`,
    `font-src ${cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="UTF-8" />
    <meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta property="csp-nonce" content="${escapeHtml(nonce)}" />
    <link rel="stylesheet" href="${escapeHtml(style)}" />
    <title>${escapeHtml(title)}</title>
  </head>
  <body data-identity="${escapeHtml(JSON.stringify(identity))}">
    <main id="root"></main>
    <script type="module" nonce="${escapeHtml(nonce)}" src="${escapeHtml(script)}"></script>
  </body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

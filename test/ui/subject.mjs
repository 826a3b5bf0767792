/**
 * What is under test, set by run.mjs before the suites are loaded: the checkout, or a folder with the installed package.
 * @type {{ developmentPath?: string, extensionsDirectory?: string, screenshots: string }}
 */
export const subject = { screenshots: '' };

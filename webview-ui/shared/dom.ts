/** Elements are made here and nowhere else. Text is always text: no name from a database is ever read as HTML. */

export type Child = Node | string | number | null | undefined | false;

type Properties = {
  readonly class?: string;
  readonly title?: string;
  readonly id?: string;
  readonly hidden?: boolean;
  readonly disabled?: boolean;
  readonly value?: string;
  readonly tabIndex?: number;
  /** Attributes by their HTML names: `role`, `aria-…`, `data-…`, `appearance`, `for`. */
  readonly attributes?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly on?: Readonly<Record<string, (event: Event) => void>>;
};

export function element(tag: string, properties: Properties = {}, ...children: readonly Child[]): HTMLElement {
  const made = document.createElement(tag);
  const { attributes, on, class: className, ...rest } = properties;
  if (className) made.className = className;
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) Reflect.set(made, name, value);
  setAttributes(made, attributes);
  for (const [type, listener] of Object.entries(on ?? {})) made.addEventListener(type, listener);
  append(made, children);
  return made;
}

const svgNamespace = 'http://www.w3.org/2000/svg';

export function svg(
  tag: string,
  attributes: Readonly<Record<string, string | number | boolean | undefined>> = {},
  ...children: readonly Child[]
): SVGElement {
  const made = document.createElementNS(svgNamespace, tag);
  setAttributes(made, attributes);
  append(made, children);
  return made;
}

export function replaceChildren(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

export function button(
  label: string,
  click: () => void,
  options: { appearance?: 'primary' | 'secondary'; disabled?: boolean; title?: string; label?: string } = {},
): HTMLElement {
  return element(
    'vscode-button',
    {
      title: options.title,
      attributes: {
        appearance: options.appearance ?? 'secondary',
        disabled: options.disabled,
        'aria-label': options.label,
      },
      on: { click },
    },
    label,
  );
}

/** A button that looks like a link, for opening places. */
export function link(label: string, click: () => void, title?: string): HTMLElement {
  return element('button', { class: 'link', title, attributes: { type: 'button' }, on: { click } }, label);
}

const icons = {
  error:
    'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm2.9 8.7-.7.7L8 8.7l-2.2 2.2-.7-.7L7.3 8 5.1 5.8l.7-.7L8 7.3l2.2-2.2.7.7L8.7 8l2.2 2.2Z',
  warning: 'M8.9 2.1 15 13.2l-.9 1.3H1.9L1 13.2 7.1 2.1h1.8ZM7.4 6v4.2h1.2V6H7.4Zm0 5.2v1.3h1.2v-1.3H7.4Z',
  info: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm-.6 3h1.2v1.3H7.4V4.5Zm0 2.4h1.2v4.6H7.4V6.9Z',
  pass: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm3.6 4.4-4.3 5-.8.1-2.3-2 .7-.9 1.8 1.6 4-4.6.9.8Z',
} as const;

export type IconName = keyof typeof icons;

/** A small picture with a text for those who do not see it. */
export function icon(name: IconName, label: string): SVGElement {
  const shape = svg('path', { d: icons[name], fill: 'currentColor', 'fill-rule': 'evenodd' });
  return svg(
    'svg',
    { class: `icon icon-${name}`, viewBox: '0 0 16 16', width: 16, height: 16, role: 'img', 'aria-label': label },
    shape,
  );
}

function setAttributes(
  made: Element,
  attributes: Readonly<Record<string, string | number | boolean | undefined>> = {},
): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? '' : String(value));
  }
}

/**
 * Text with the characters written out that nobody sees and that turn others around (U+202E and its kind): a file cannot
 * pose as another one by its name. Line ends and tabs stay.
 */
function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function append(parent: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : visible(String(child)));
  }
}

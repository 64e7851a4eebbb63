// Building and updating elements. Text only ever becomes text nodes; there is no way in for markup.

import { icon } from './icons.js';

/**
 * Makes an element: `el('button.quiet', { type: 'button', data: { testid: 'x' }, on: { click } }, 'Label')`.
 * A value of true sets an empty attribute; false, null and undefined set none.
 */
export function el(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split('.');
  const element = document.createElement(tag || 'div');
  if (classes.length) element.className = classes.join(' ');
  const { data, on, ...rest } = attributes;
  for (const [name, value] of Object.entries(rest)) attr(element, name, value);
  for (const [name, value] of Object.entries(data ?? {})) if (value !== undefined) element.dataset[name] = value;
  for (const [name, listener] of Object.entries(on ?? {})) element.addEventListener(name, listener);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Sets or removes an attribute; nothing is touched when it has the value already. */
export function attr(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value === true ? '' : value)) {
    element.setAttribute(name, value === true ? '' : value);
  }
}

/** Sets the text of an element if it differs, so that a selection in it survives. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A button that shows an icon only; its label is read out and shown as a tooltip. */
export function iconButton(name, label, attributes = {}) {
  return el('button.icon-button', { type: 'button', 'aria-label': label, title: label, ...attributes }, icon(name));
}

/**
 * Makes the children of `parent` match `items`: known keys keep their element (and so their focus and selection),
 * new ones are created, others removed. `update` runs for every item.
 */
export function reconcile(parent, items, keyOf, create, update) {
  const known = (parent.keyed ??= new Map());
  const next = new Map();
  let place = parent.firstChild;
  for (const item of items) {
    const key = keyOf(item);
    const element = known.get(key) ?? create(item);
    known.delete(key);
    next.set(key, element);
    update(element, item);
    if (element === place) place = place.nextSibling;
    else parent.insertBefore(element, place);
  }
  for (const element of known.values()) element.remove();
  parent.keyed = next;
}

const region = el('.visually-hidden', { 'aria-live': 'polite', data: { testid: 'announcer' } });

/** Says something to a screen reader without moving the focus. */
export function announce(text) {
  if (!region.isConnected) document.body.append(region);
  region.append(el('p', { dir: 'auto' }, text));
  while (region.childElementCount > 5) region.firstChild.remove();
}

/** Shows a short note at the lower edge for a few seconds. */
export function toast(text) {
  const note = el('.toast', { role: 'status', data: { testid: 'toast' } }, text);
  document.querySelector('.toast')?.remove();
  // A modal dialog lies above everything else, so the note goes inside it.
  ([...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body).append(note);
  setTimeout(() => note.remove(), 5_000);
}

/** Runs an action of the person and tells them if it fails. Answers whether it succeeded. */
export async function attempt(action) {
  try {
    await action();
    return true;
  } catch (error) {
    toast(error.message);
    return false;
  }
}

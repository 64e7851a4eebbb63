// A button that opens a menu: arrow keys move, Escape and a press elsewhere close, the focus returns to the button.

import { el, iconButton } from './dom.js';
import { icon } from './icons.js';

/** A menu button. `itemsNow()` answers `[{label, icon, testid, danger, run}]` each time it opens. */
export function menuButton(label, itemsNow, attributes = {}) {
  let list = null;
  const button = iconButton('more', label, { 'aria-haspopup': 'menu', 'aria-expanded': 'false', ...attributes });
  const holder = el('.menu-holder', {}, button);

  function close(refocus) {
    if (!list) return;
    list.remove();
    list = null;
    button.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside, true);
    if (refocus) button.focus();
  }

  const outside = (event) => !holder.contains(event.target) && close(false);

  function open() {
    list = el('.menu', { role: 'menu', 'aria-label': label, on: { keydown } }, itemsNow().map(itemOf));
    holder.append(list);
    button.setAttribute('aria-expanded', 'true');
    document.addEventListener('pointerdown', outside, true);
    list.firstChild?.focus();
  }

  function itemOf({ label: text, icon: name, testid, danger, run }) {
    const item = el(
      `button.menu-item${danger ? '.danger' : ''}`,
      { type: 'button', role: 'menuitem', tabindex: -1, data: { testid } },
      icon(name),
      el('span', {}, text),
    );
    item.addEventListener('click', () => {
      close(true);
      run();
    });
    return item;
  }

  function keydown(event) {
    const items = [...list.children];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) items.at(to % items.length).focus();
    else if (event.key === 'Escape' || event.key === 'Tab') close(true);
    else return;
    event.stopPropagation();
    if (event.key !== 'Tab') event.preventDefault();
  }

  button.addEventListener('click', () => (list ? close(true) : open()));
  holder.addEventListener('focusout', (event) => list && event.relatedTarget && !holder.contains(event.relatedTarget) && close(false));
  return holder;
}

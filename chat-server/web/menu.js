// Menus, and the button that opens one: arrow keys move, Escape and a press elsewhere close, the focus returns.

import { el, iconButton } from './dom.js';
import { icon } from './icons.js';
import { openPopover } from './popover.js';

const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/** Opens a menu of `[{label, icon, testid, danger, run}]` beside an anchor, below `above`; answers what closes it. */
export function openMenu(anchor, label, items, { above, closed } = {}) {
  const list = el('.menu', { role: 'menu', 'aria-label': label, on: { keydown } }, above ?? [], items.map(itemOf));
  const close = openPopover(anchor, list, { closed });
  choices()[0]?.focus({ preventScroll: true });
  return close;

  function choices() {
    return [...list.querySelectorAll('[role^="menuitem"]')];
  }

  function itemOf({ label: text, icon: name, testid, danger, run }) {
    const item = el(
      `button.menu-item${danger ? '.danger' : ''}`,
      { type: 'button', role: 'menuitem', tabindex: -1, data: { testid } },
      icon(name),
      el('span', {}, text),
    );
    item.addEventListener('click', () => {
      close();
      run();
    });
    return item;
  }

  function keydown(event) {
    const found = choices();
    const at = found.indexOf(document.activeElement);
    const to = { Home: 0, End: -1 }[event.key] ?? (event.key in STEPS ? (at + STEPS[event.key]) % found.length : undefined);
    if (to === undefined) return;
    found.at(to).focus();
    event.stopPropagation();
    event.preventDefault();
  }
}

/** A menu button. `itemsNow()` answers the items each time it opens. */
export function menuButton(label, itemsNow, attributes = {}) {
  const button = iconButton('more', label, { 'aria-haspopup': 'menu', 'aria-expanded': 'false', ...attributes });
  let close = null;
  function closed() {
    close = null;
    button.setAttribute('aria-expanded', 'false');
  }
  button.addEventListener('click', () => {
    if (close) return close();
    close = openMenu(button, label, itemsNow(), { closed });
    return button.setAttribute('aria-expanded', 'true');
  });
  return button;
}

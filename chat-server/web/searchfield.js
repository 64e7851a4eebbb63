// The one search of the page: its field, where it looks, and the keys that lead to it.

import { titleOf } from './avatar.js';
import { attr, el, iconButton, setText } from './dom.js';
import { icon } from './icons.js';
import { state } from './store.js';

const IS_MAC = /mac|iphone|ipad/i.test(navigator.platform);

/** Makes the field; `changed(text, scope)` runs when something else is looked for, `closed` when the search was left. */
export function searchField(changed, closed) {
  let scope = null;

  const field = el('input.input.search', {
    type: 'search', dir: 'auto', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', placeholder: 'Search',
    enterkeyhint: 'search', 'aria-label': 'Search people, conversations and messages', 'aria-keyshortcuts': 'Control+K Meta+K /',
    data: { testid: 'people-search' },
  });
  const hint = el('kbd.search-key', { 'aria-hidden': 'true' }, IS_MAC ? '⌘K' : 'Ctrl K');
  const leave = iconButton('close', 'Close search', { data: { testid: 'search-close' }, on: { click: () => close() } });
  const everywhere = choice('Everywhere', 'search-everywhere', () => look(null));
  const here = choice('', 'search-here', () => look(scope ?? state.open));
  const scopes = el('.search-scopes', { role: 'group', 'aria-label': 'Where to search' }, everywhere, here);
  const element = el('.search-area', { role: 'search' }, el('.search-holder', {}, icon('search'), field, hint, leave), scopes);

  function choice(label, testid, run) {
    return el('button.search-scope', { type: 'button', data: { testid }, on: { click: run } }, el('span', { dir: 'auto' }, label));
  }

  const isActive = () => field.value.trim() !== '' || scope !== null;
  const isOpen = () => isActive() || document.body.classList.contains('search-open');

  /** Looks in another place. */
  function look(where) {
    scope = where;
    tell();
    field.focus();
  }

  function tell() {
    changed(field.value.trim(), scope);
  }

  /** Empties the field and looks for nothing any more. */
  function clear() {
    field.value = '';
    scope = null;
    document.body.classList.remove('search-open');
    tell();
  }

  function close() {
    const wasOpen = document.body.classList.contains('search-open');
    clear();
    closed(wasOpen);
  }

  /** Takes the person to the field, to look in one conversation or (null) everywhere. */
  function open(where = null) {
    // On a phone it lies behind the conversation.
    document.body.classList.toggle('search-open', state.open !== null);
    look(where);
    field.select();
  }

  function render() {
    const conversation = state.conversations.get(scope ?? state.open);
    // Whoever is not in the conversation any more looks everywhere.
    if (scope !== null && !conversation) look(null);
    const isSearching = isActive();
    leave.hidden = !isOpen();
    hint.hidden = isOpen();
    scopes.hidden = !isSearching || !conversation;
    if (conversation) setText(here.firstChild, `In ${titleOf(conversation)}`);
    attr(everywhere, 'aria-pressed', String(scope === null));
    attr(here, 'aria-pressed', String(scope !== null));
    attr(field, 'placeholder', scope === null ? 'Search' : 'Search in this conversation');
  }

  field.addEventListener('input', tell);
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !isOpen()) return;
    event.stopPropagation();
    close();
  });
  addEventListener('keydown', (event) => {
    if (!element.isConnected || document.querySelector('dialog[open]') || event.defaultPrevented) return;
    const isChord = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k';
    const isSlash = event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
    if (!isChord && !isSlash) return;
    event.preventDefault();
    open(scope);
  });
  return { element, render, clear, open, isActive, focus: () => field.focus(), text: () => field.value.trim() };
}

/** Whether a key that was pressed there belongs to a text. */
export const isTyping = (target) => target.matches?.('input, textarea, select, [contenteditable]') ?? false;

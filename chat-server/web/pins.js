// Pinned messages: the bar below the head of a conversation that shows the latest one, and the list of all.

import * as api from './api.js';
import { personIn } from './avatar.js';
import { quoteText } from './bubble.js';
import { openDialog } from './dialog.js';
import { attempt, attr, el, iconButton, reconcile, setText } from './dom.js';
import { exactly, when } from './format.js';
import { icon } from './icons.js';
import { mayPin } from './rights.js';
import { changed, on } from './store.js';

const RETRY_AFTER_MS = 10_000;
const asked = new WeakSet();

/** The pinned messages, the latest pin first; after a change, the former ones until the new ones have come. */
function pinsOf(conversation) {
  if (conversation.pinsChanged && !asked.has(conversation)) fetchPins(conversation);
  return conversation.pins;
}

async function fetchPins(conversation) {
  asked.add(conversation);
  conversation.pinsChanged = false;
  try {
    const { items } = await api.pins(conversation.id);
    // Whatever was pinned meanwhile makes it ask again.
    if (!conversation.pinsChanged) conversation.pins = items;
    asked.delete(conversation);
  } catch {
    conversation.pinsChanged = true;
    setTimeout(() => asked.delete(conversation) && changed('thread'), RETRY_AFTER_MS);
  }
  changed('thread');
}

const textOf = (message) => `${personIn(message.sender_id)}: ${quoteText(message)}`;

/** Makes the bar; `show(id)` goes to a message. */
export function pinBar(show) {
  let open = null;
  const text = el('span.pin-text', { dir: 'auto' });
  const latest = el('button.pin-latest', { type: 'button', data: { testid: 'pin-bar' }, on: { click: () => show(pinsOf(open)[0].id) } }, icon('pin'), text);
  const all = el('button.link-button', { type: 'button', data: { testid: 'show-pins' }, on: { click: () => showPins(open, show) } });
  const element = el('.pins', { role: 'region', 'aria-label': 'Pinned messages' }, latest, all);

  function render(conversation) {
    open = conversation;
    const pins = pinsOf(conversation);
    element.hidden = pins.length === 0;
    if (pins.length === 0) return;
    setText(text, textOf(pins[0]));
    attr(latest, 'aria-label', `Pinned message by ${textOf(pins[0])}`);
    setText(all, `All ${pins.length}`);
    all.hidden = pins.length < 2;
    attr(all, 'aria-label', 'All pinned messages');
  }

  return { element, render };
}

/** Opens the list of the pinned messages. */
export function showPins(conversation, show) {
  const list = el('ul.list');
  const none = el('p.empty', {}, 'Nothing is pinned.');

  function render() {
    const pins = pinsOf(conversation);
    reconcile(list, pins, ({ id }) => id, rowOf, update);
    none.hidden = pins.length > 0;
  }

  function rowOf({ id }) {
    const go = () => {
      dialog.close();
      show(id);
    };
    const line = el('span.row-line', {}, el('span.row-title', { dir: 'auto' }), el('time.row-time'));
    const main = el(
      'button.row-main',
      { type: 'button', data: { testid: 'pin-item', messageId: id }, on: { click: go } },
      el('span.row-text', {}, line, el('span.pin-body', { dir: 'auto' })),
    );
    const unpin = () => attempt(() => api.unpin(conversation.id, id));
    const off = mayPin(conversation) && iconButton('close', 'Unpin', { data: { testid: 'pin-remove' }, on: { click: unpin } });
    return el('li.row', {}, main, el('.row-actions', {}, off));
  }

  function update(item, message) {
    const [line, body] = item.firstChild.firstChild.children;
    setText(line.children[0], personIn(message.sender_id));
    setText(line.children[1], when(message.created_at));
    attr(line.children[1], 'title', exactly(message.created_at));
    setText(body, quoteText(message));
  }

  const off = on(['thread', 'users'], render);
  const dialog = openDialog({ title: 'Pinned messages', testid: 'pins-dialog', closed: off }, list, none);
  render();
}

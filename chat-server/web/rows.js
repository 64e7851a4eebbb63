// From a conversation's entries to the rows of its view: day separators, notices, and messages grouped by sender.

import { personIn } from './avatar.js';
import { isNotice } from './conversation.js';
import { dayOf } from './format.js';
import { notice } from './notices.js';
import { state } from './store.js';

const GROUP_WITHIN_MS = 5 * 60_000;

/** The rows in order; each has a `key` that stays the same while it is shown. */
export function rowsOf(conversation, dividerSeq) {
  const rows = [];
  let day = null;
  // The line is drawn only where the first new message is known to be loaded.
  const { entries, complete } = conversation.shown;
  const reach = complete ? 0 : (entries[0]?.data.seq ?? Infinity);
  let divided = dividerSeq === null || reach > dividerSeq + 1;
  const items = entries.map((entry) => fromEntry(conversation, entry));
  // What is on its way stands at the very end, which a stretch of the past does not show.
  if (!conversation.past) items.push(...conversation.pending.map(fromPending));
  if (conversation.kind !== 'direct' && complete && !beganLater(entries)) items.unshift(beginning(conversation));
  for (const item of items) {
    const date = new Date(item.at);
    if (date.toDateString() !== day) {
      day = date.toDateString();
      rows.push({ kind: 'day', key: `day of ${item.key}`, text: dayOf(date) });
    }
    if (!divided && item.kind === 'message' && !item.own && item.seq > dividerSeq) {
      divided = true;
      rows.push({ kind: 'divider', key: 'divider', text: 'New messages' });
    }
    rows.push(item);
  }
  rows.forEach((row, i) => group(row, rows[i - 1], rows[i + 1]));
  return rows;
}

function beginning({ created_by: by, created_at: at }) {
  return { kind: 'notice', key: 'beginning', at, text: `${personIn(by)} created the group` };
}

/** Whether what one may see of a group begins with one's own coming. */
function beganLater([first]) {
  return first?.type === 'member.joined' && first.data.user_id === state.me.id;
}

function fromEntry(conversation, { type, data }) {
  if (isNotice(type)) return { kind: 'notice', key: `notice ${data.seq}`, at: data.at, text: notice(type, data) };
  const own = data.sender_id === state.me.id;
  return {
    kind: 'message',
    // One's own message keeps the key it had while it was pending, so that its bubble stays in place.
    key: own && data.client_id ? `own ${data.client_id}` : `message ${data.id}`,
    at: data.created_at,
    own,
    seq: data.seq,
    sender: data.sender_id,
    body: data.deleted_at ? goneText(data) : data.body,
    isGone: Boolean(data.deleted_at),
    isEdited: Boolean(data.edited_at),
    isPinned: Boolean(data.is_pinned),
    reactions: data.reactions ?? [],
    replies: data.deleted_at ? 0 : (data.reply_count ?? 0),
    replyTo: data.deleted_at ? null : (data.reply_to ?? null),
    state: own ? conversation.stateOf(data) : 'sent',
    message: data,
  };
}

function fromPending(item) {
  return {
    kind: 'message',
    key: `own ${item.client_id}`,
    at: item.created_at,
    own: true,
    sender: state.me.id,
    body: item.body,
    reactions: [],
    replies: 0,
    replyTo: item.reply_to ?? null,
    state: item.error ? 'failed' : 'pending',
    item,
  };
}

function goneText({ deleted_by: by, sender_id: sender }) {
  if (by === state.me.id) return 'You deleted this message';
  return by === sender ? 'This message was deleted' : `${personIn(by)} deleted this message`;
}

/** Marks whether a message begins and ends a run of messages by one sender. */
function group(row, before, after) {
  if (row.kind !== 'message') return;
  row.first = !together(before, row);
  row.last = !together(row, after);
}

function together(one, other) {
  return (
    one?.kind === 'message' &&
    other?.kind === 'message' &&
    one.sender === other.sender &&
    new Date(other.at) - new Date(one.at) < GROUP_WITHIN_MS
  );
}

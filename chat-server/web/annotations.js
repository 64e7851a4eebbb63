// What happens to a message after it was said: edits, deletion, emoji and pins, applied to the message itself.

const EFFECTS = {
  'message.edited': edited,
  'message.deleted': deleted,
  'message.pinned': (message) => (message.is_pinned = true),
  'message.unpinned': (message) => (message.is_pinned = false),
  'reaction.added': (message, { emoji }, mine) => reacted(message, emoji, 1, mine),
  'reaction.removed': (message, { emoji }, mine) => reacted(message, emoji, -1, mine),
};

/** Whether an event is about a message that was said before. */
export const isAnnotation = (type) => type in EFFECTS;

/** The id of the message that an annotation is about. */
export const annotated = ({ message_id, id }) => message_id ?? id;

/** Whether applying it twice would count twice. */
export const isCounted = (type) => type.startsWith('reaction.');

/** Applies one annotation to a message. What was deleted stays deleted, and nothing is put on it any more. */
export function annotate(message, { type, data }, me) {
  if (!message.deleted_at) EFFECTS[type](message, data, data.user_id === me);
}

function edited(message, { body, edited_at: at }) {
  // Told again after the message was deleted, it holds nothing; that it was deleted is told too.
  if (at) Object.assign(message, { body, edited_at: at });
}

function deleted(message, { at, by_user_id: by }) {
  Object.assign(message, { body: '', deleted_at: at, deleted_by: by, reactions: [], is_pinned: false });
  delete message.edited_at;
}

function reacted(message, emoji, change, mine) {
  const reactions = message.reactions ?? [];
  const known = reactions.find((one) => one.emoji === emoji) ?? { emoji, count: 0, mine: false };
  const next = { emoji, count: known.count + change, mine: mine ? change > 0 : known.mine };
  const others = reactions.map((one) => (one === known ? next : one));
  // The emoji that came first stands first.
  message.reactions = (reactions.includes(known) ? others : [...reactions, next]).filter(({ count }) => count > 0);
}

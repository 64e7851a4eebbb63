// What one may do in a conversation. The server decides; this only keeps what it would refuse out of sight.

import { relationTo } from './relations.js';
import { state } from './store.js';

/** Whether one runs a group. */
export const isAdmin = ({ kind, role }) => kind !== 'direct' && role !== 'member';

/** Whether a group is one's own. */
export const isOwner = ({ kind, role }) => kind !== 'direct' && role === 'owner';

/** Whether something can be said here at all. */
export const maySpeak = ({ kind, user_id: user }) => kind !== 'direct' || relationTo(user) !== 'blocked';

export const mayPin = (conversation) => maySpeak(conversation) && (conversation.kind === 'direct' || isAdmin(conversation));
export const mayEdit = (conversation, message) => maySpeak(conversation) && isOwn(message) && !message.deleted_at;
export const mayDelete = (conversation, message) => isOwn(message) || isAdmin(conversation);

/** Whether one may take a member out. */
export function mayRemove(conversation, { user_id: user, role }) {
  return user !== state.me.id && (isOwner(conversation) || (isAdmin(conversation) && role === 'member'));
}

const isOwn = ({ sender_id: sender }) => sender === state.me.id;

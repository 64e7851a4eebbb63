// The page's beginning: shows the sign-in screen or the chat, and wires socket, log, outbox and views together.
//
// Programs that drive the page find their way by `data-testid`:
//   sign-in        continue-as (data-username) tab-login tab-register login-login login-password login-submit login-error
//                  register-username register-email register-password register-submit register-error password-toggle
//   frame          connection-state (data-state=connecting|open|offline) reconnect toast announcer signout
//                  own-name profile presence-option (data-status) presence-message presence-save
//   account        profile-edit profile-name profile-bio profile-picture profile-edit-save profile-edit-error
//                  password-change password-old password-new password-again password-save password-error
//                  sessions session-item (data-session-id, data-current) session-end sessions-end-others profile-signout
//                  shortcuts shortcuts-dialog
//   search         people-search search-close search-everywhere search-here search-conversation search-note
//                  search-result (data-message-id) search-progress search-more
//   lists          tab-chats tab-people conversation-list conversations-empty
//                  conversation-item (data-conversation-id) unread-badge presence-dot (data-status)
//   people         person-result, friend-item, request-item, sent-request-item, blocked-item
//                  (each data-user-id, data-username, data-relation=none|friend|incoming|outgoing|blocked)
//                  action-message action-add-friend action-accept action-decline action-cancel action-unfriend
//                  action-block action-unblock confirm confirm-yes confirm-no
//                  show-user user-card (data-user-id) user-card-handle user-card-presence user-card-bio
//   groups         new-group group-dialog group-name group-search group-member (data-user-id, data-username)
//                  group-create thread-menu show-group show-members members-dialog member-item member-menu member-remove
//                  role-owner role-admin role-member group-about group-edit edit-name edit-description edit-save
//                  group-add-people group-add group-past group-pins group-error panel-leave leave-group
//   moderation     message-report user-report report-reason (data-reason) report-comment report-save show-reports
//                  reports-dialog reports-open reports-resolved report-item (data-report-id, data-status) report-body
//                  report-dismiss report-delete_message report-suspend_user report-ban_user decision-length decision-note
//                  decision-save report-outcome card-standing user-suspend user-ban user-pardon
//   rooms          show-rooms rooms-dialog room-search room-item (data-slug) room-enter rooms-more rooms-note new-room
//                  room-name room-slug room-about room-private room-save room-error room-note
//   conversation   conversation-title conversation-note back messages message (data-message-id, data-seq,
//                  data-own=true|false, data-state=pending|failed|sent|delivered|read) message-body reply-button quote
//                  day notice divider history-older history-newer jump typing-indicator composer send-button reply-preview reply-cancel
//                  retry-send discard-send nothing-open
//   messages       message-menu message-reply message-quoted message-copy message-edit message-pin message-unpin
//                  message-replies message-reactors message-former message-person message-author
//                  show-replies thread-dialog thread-entry thread-body thread-field thread-send show-former
//                  former-dialog former-text reactors-dialog reactors-tab (data-emoji) reactor (data-user-id)
//                  message-delete message-deleted palette-choice (data-emoji) palette-other emoji-field emoji-submit
//                  reaction (data-emoji) pin-bar show-pins menu-pins pin-item (data-message-id) pin-remove

import { connectionBanner } from './banner.js';
import { el } from './dom.js';
import { startOutbox } from './outbox.js';
import { clearQuotes } from './quotes.js';
import { closeConversation, forgetAddress, readAddress, startRouter } from './router.js';
import { onRenewal, onSessionEnd, resumeSession, session } from './session.js';
import { startShortcuts } from './shortcuts.js';
import { sidebar } from './sidebar.js';
import { signInScreen } from './signin.js';
import { Connection } from './socket.js';
import { changed, clear, on, state, totalUnread } from './store.js';
import { disconnected, receive, startSync, stopSync } from './sync.js';
import { threadPane } from './thread.js';
import { learnOwnRole } from './standing.js';
import { startTyping } from './typing.js';
import { learn } from './users.js';

let connection = null;
let frame = null;

function showSignIn(reason) {
  const screen = signInScreen(showChat, reason);
  document.body.replaceChildren(screen.element);
  screen.focus();
}

function showChat() {
  state.me = session().user;
  learn([state.me]);
  frame ??= { sidebar: sidebar(), thread: threadPane((id) => frame.sidebar.search(id)), banner: connectionBanner(() => connection?.retryNow()) };
  const { banner, sidebar: left, thread } = frame;
  document.body.replaceChildren(el('.app', {}, el('h1.visually-hidden', {}, 'Chat'), banner.element, left.element, thread.element));
  connection = new Connection({
    onFrame: receive,
    onState(next) {
      if (next.state !== 'open') disconnected();
      state.connection = next;
      changed('connection', 'presence');
    },
  });
  const send = (one) => connection?.send(one) ?? false;
  startOutbox(send);
  startTyping(send);
  startSync(connection, thread.arrived);
  readAddress();
  changed('connection', 'people', 'presence');
  learnOwnRole();
  connection.start();
}

function leave(reason) {
  connection?.stop();
  connection = null;
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close();
  stopSync();
  clear();
  clearQuotes();
  frame?.sidebar.reset();
  if (reason === null) forgetAddress();
  showSignIn(reason);
}

function renderFrame() {
  document.body.classList.toggle('conversation-open', state.open !== null && state.conversations.has(state.open));
  const unread = state.me ? totalUnread() : 0;
  document.title = unread > 0 ? `(${unread}) Chat` : 'Chat';
}

// Escape leaves the conversation, unless something inside it (a menu, a reply, a dialog) had a use for it.
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !event.defaultPrevented && session()) closeConversation();
});

on(['conversations', 'thread'], renderFrame);
onSessionEnd(leave);
// An open socket lives on with the new token; without it, it would be closed when the old one expires.
onRenewal((token) => connection?.send({ type: 'auth', token }));
startRouter();
startShortcuts(() => session() !== null);
resumeSession();
if (session()) showChat();
else showSignIn(null);

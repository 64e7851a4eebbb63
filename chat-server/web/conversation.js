// One conversation as its member sees it: its log, the entries that are loaded, the marks and what is unread.

import { Log } from './log.js';
import { state } from './store.js';

export class Conversation {
  /** Begins from the object that REST answers. */
  constructor(view) {
    this.id = view.id;
    this.log = new Log(view.head);
    this.pending = [];
    this.generation = 0;
    this.reset(view);
  }

  /** Forgets the entries and begins again from what REST answered. */
  reset(view) {
    this.generation += 1;
    this.entries = [];
    this.history = { loaded: false, loading: false, complete: false, failed: false };
    this.log.reset(view.head);
    this.readSent = 0;
    this.read_seq = 0;
    this.delivered_seq = 0;
    this.peer_read_seq = 0;
    this.peer_delivered_seq = 0;
    this.last_message = null;
    this.members = null;
    this.refresh(view);
  }

  /** Takes over facts and counts of a fresh REST object without touching the entries. */
  refresh(view) {
    const { kind, name = null, user_id = null, owner_id = null, member_count, role, created_at, joined_at } = view;
    Object.assign(this, { kind, name, user_id, owner_id, member_count, role, created_at, joined_at });
    this.raiseMarks(view);
    // The count covers everything up to its head; what was applied beyond that is counted here.
    this.counted = view.head;
    const beyond = this.entries.filter((entry) => entry.data.seq > view.head && this.isUnread(entry));
    this.unread = view.unread_count + beyond.length;
    // The server may not have heard yet how far we read.
    if (this.readSent > this.read_seq) this.countUnread();
    if (view.last_message && (this.last_message?.seq ?? 0) < view.last_message.seq) this.last_message = view.last_message;
  }

  /** Raises the marks; they never fall. */
  raiseMarks(marks) {
    for (const mark of ['delivered_seq', 'read_seq', 'peer_delivered_seq', 'peer_read_seq']) {
      this[mark] = Math.max(this[mark], marks[mark] ?? 0);
    }
    this.delivered_seq = Math.max(this.delivered_seq, this.read_seq);
    this.peer_delivered_seq = Math.max(this.peer_delivered_seq, this.peer_read_seq);
  }

  /** Applies the next event of the log. */
  apply(entry) {
    this.insert([entry]);
    const { type, data } = entry;
    if (type === 'message.new') {
      this.last_message = data;
      if (data.seq > this.counted && this.isUnread(entry)) this.unread += 1;
    } else {
      this.member_count = Math.max(0, this.member_count + (type === 'member.joined' ? 1 : -1));
      this.members = null;
    }
  }

  /** Puts entries where their seq belongs; one that is there already stays as it is. */
  insert(entries) {
    for (const entry of entries) {
      let at = this.entries.length;
      while (at > 0 && this.entries[at - 1].data.seq > entry.data.seq) at -= 1;
      if (this.entries[at - 1]?.data.seq !== entry.data.seq) this.entries.splice(at, 0, entry);
    }
  }

  /** Counts what is unread from the loaded entries; false when they do not reach back far enough. */
  countUnread() {
    const reach = this.history.complete ? 1 : (this.entries[0]?.data.seq ?? Infinity);
    if (this.read_seq < this.log.cursor && reach > this.read_seq + 1) return false;
    this.unread = this.entries.filter((entry) => this.isUnread(entry)).length;
    return true;
  }

  isUnread({ type, data }) {
    return type === 'message.new' && data.sender_id !== state.me.id && data.seq > Math.max(this.read_seq, this.readSent);
  }

  /** The newest message of somebody else that is loaded. */
  get newestForeign() {
    for (let i = this.entries.length - 1; i >= 0; i -= 1) {
      const { type, data } = this.entries[i];
      if (type === 'message.new' && data.sender_id !== state.me.id) return data;
    }
    return null;
  }

  /** A loaded message by its id. */
  message(id) {
    return this.entries.find(({ type, data }) => type === 'message.new' && data.id === id)?.data ?? null;
  }

  /** When something last happened, for the order of the list. */
  get activity() {
    const last = this.last_message?.created_at ?? this.joined_at ?? this.created_at;
    return Math.max(Date.parse(last), this.pending.at(-1)?.created_at ?? 0);
  }

  /** How far a message got: `sent`, `delivered` or `read`. */
  stateOf(message) {
    if (this.kind !== 'direct') return 'sent';
    if (message.read_at || message.seq <= this.peer_read_seq) return 'read';
    return message.delivered_at || message.seq <= this.peer_delivered_seq ? 'delivered' : 'sent';
  }
}

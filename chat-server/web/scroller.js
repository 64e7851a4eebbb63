// The scrolling part of a conversation: it stays at the end, or stays where the reader is, whatever is inserted.

const END_SLACK = 40;
const REACH = 600;

export class Scroller {
  #atEnd = true;
  #quiet = false;
  #follows = true;

  /** Watches an element; `onMove` runs whenever the place changed, `onTop` and `onBottom` when older or newer messages are wanted. */
  constructor(viewport, list, { onMove, onTop, onBottom }) {
    this.viewport = viewport;
    this.list = list;
    this.onMove = onMove;
    this.onTop = onTop;
    this.onBottom = onBottom;
    viewport.addEventListener('scroll', () => this.#moved(), { passive: true });
    // A keyboard that opens, a rotated phone or a taller composer must not hide the end.
    new ResizeObserver(() => this.#atEnd && this.#follows && this.toEnd()).observe(viewport);
  }

  /** Whether the newest message is in view. */
  get atEnd() {
    return this.#atEnd;
  }

  /** Changes the content by `render` and keeps the reader's place, which may be at the end of what `follows` the conversation. */
  keep(render, follows) {
    // Where a stretch of the past has just met the newest messages, its end is a place like any other.
    const sticks = this.#atEnd && this.#follows && follows;
    this.#follows = follows;
    const anchor = sticks ? null : this.#firstVisible();
    const before = anchor?.getBoundingClientRect().top;
    render();
    if (sticks || (!anchor && follows)) this.toEnd();
    else if (anchor?.isConnected) this.viewport.scrollTop += anchor.getBoundingClientRect().top - before;
    this.#moved();
  }

  /** Goes to the newest message. */
  toEnd(smooth = false) {
    this.#atEnd = true;
    this.#follows = true;
    // Events of a smooth scroll on its way must not be taken for the reader leaving the end.
    this.#quiet = smooth;
    this.viewport.scrollTo({ top: this.viewport.scrollHeight, behavior: smooth ? 'smooth' : 'instant' });
  }

  /** Brings an element into view: at the top with some of what came before, or in the middle. */
  show(element, block) {
    this.#atEnd = false;
    element.scrollIntoView({ block });
    if (block === 'start') this.viewport.scrollTop -= this.viewport.clientHeight / 5;
    this.#quiet = false;
    this.#moved();
  }

  #moved() {
    const { scrollTop, scrollHeight, clientHeight } = this.viewport;
    const atEnd = scrollHeight - scrollTop - clientHeight < END_SLACK;
    if (atEnd) this.#quiet = false;
    if (!this.#quiet) this.#atEnd = atEnd;
    if (scrollTop < REACH) this.onTop();
    if (scrollHeight - scrollTop - clientHeight < REACH) this.onBottom();
    this.onMove();
  }

  #firstVisible() {
    const { top } = this.viewport.getBoundingClientRect();
    // Only messages stay in their place for certain; separators come and go.
    const messages = this.list.querySelectorAll('.message');
    for (const message of messages) if (message.getBoundingClientRect().bottom > top) return message;
    return null;
  }
}

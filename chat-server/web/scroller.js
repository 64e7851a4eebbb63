// The scrolling part of a conversation: it stays at the end, or stays where the reader is, whatever is inserted.

const END_SLACK = 40;
const TOP_REACH = 600;

export class Scroller {
  #atEnd = true;
  #quiet = false;

  /** Watches an element; `onMove` runs whenever the place changed, `onTop` when older messages are wanted. */
  constructor(viewport, list, { onMove, onTop }) {
    this.viewport = viewport;
    this.list = list;
    this.onMove = onMove;
    this.onTop = onTop;
    viewport.addEventListener('scroll', () => this.#moved(), { passive: true });
    // A keyboard that opens, a rotated phone or a taller composer must not hide the end.
    new ResizeObserver(() => this.#atEnd && this.toEnd()).observe(viewport);
  }

  /** Whether the newest message is in view. */
  get atEnd() {
    return this.#atEnd;
  }

  /** Changes the content by `render` and keeps the reader's place. */
  keep(render) {
    const anchor = this.#atEnd ? null : this.#firstVisible();
    const before = anchor?.getBoundingClientRect().top;
    render();
    if (!anchor) this.toEnd();
    else if (anchor.isConnected) this.viewport.scrollTop += anchor.getBoundingClientRect().top - before;
    this.#moved();
  }

  /** Goes to the newest message. */
  toEnd(smooth = false) {
    this.#atEnd = true;
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
    if (scrollTop < TOP_REACH) this.onTop();
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

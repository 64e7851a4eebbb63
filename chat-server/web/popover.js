// Something small that floats beside what it belongs to: Escape, Tab and a press elsewhere close it, the focus returns.

const MARGIN = 8;
let current = null;

/** Shows an element beside an anchor, in place of what floated before. Answers the function that closes it. */
export function openPopover(anchor, element, { closed } = {}) {
  current?.(false);
  const before = document.activeElement;
  element.classList.add('popover');
  // A modal dialog lies above everything else, so what belongs to it goes inside it.
  (anchor.closest('dialog') ?? document.body).append(element);
  place(anchor, element);

  function close(refocus = true) {
    if (current !== close) return;
    current = null;
    document.removeEventListener('pointerdown', outside, true);
    removeEventListener('resize', gone);
    const hadFocus = element.contains(document.activeElement);
    element.remove();
    closed?.();
    const back = before?.isConnected && before !== document.body ? before : anchor;
    if (refocus || hadFocus) back.focus({ preventScroll: true });
  }

  function outside(event) {
    // The button that opened it closes it by itself.
    const isWithin = element.contains(event.target) || (anchor.matches('button') && anchor.contains(event.target));
    if (!isWithin) close(false);
  }

  function keydown(event) {
    if (event.key !== 'Escape' && event.key !== 'Tab') return;
    event.stopPropagation();
    event.preventDefault();
    close();
  }

  const gone = () => close(false);
  current = close;
  element.addEventListener('keydown', keydown);
  document.addEventListener('pointerdown', outside, true);
  addEventListener('resize', gone);
  return close;
}

/** Below the anchor where there is room, else above it, and always inside the window. */
function place(anchor, element) {
  const from = anchor.getBoundingClientRect();
  const { width, height } = element.getBoundingClientRect();
  const fitsBelow = from.bottom + height + MARGIN < innerHeight;
  const top = fitsBelow ? from.bottom + 4 : from.top - height - 4;
  const left = from.left + from.width / 2 < innerWidth / 2 ? from.left : from.right - width;
  element.style.top = `${clamp(top, innerHeight - height)}px`;
  element.style.left = `${clamp(left, innerWidth - width)}px`;
}

const clamp = (value, most) => Math.max(MARGIN, Math.min(value, most - MARGIN));

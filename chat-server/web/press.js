// A finger that rests on something, which is how hands without a mouse ask what can be done with it.

const AFTER_MS = 450;
const SLACK = 10;

/** Calls back with the element matching `selector` that a finger rests on. */
export function longPress(within, selector, pressed) {
  let timer = null;
  let start = null;

  const stop = () => clearTimeout(timer);
  within.addEventListener('pointerdown', (event) => {
    stop();
    const element = event.target.closest(selector);
    if (event.pointerType === 'mouse' || !event.isPrimary || !element) return;
    start = event;
    timer = setTimeout(() => {
      // The lifting finger would press whatever appeared below it.
      addEventListener('click', swallow, { capture: true, once: true });
      addEventListener('pointerup', () => setTimeout(() => removeEventListener('click', swallow, true), 50), { once: true });
      pressed(element);
    }, AFTER_MS);
  });
  within.addEventListener('pointermove', (event) => {
    if (start && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > SLACK) stop();
  });
  for (const type of ['pointerup', 'pointercancel', 'scroll']) within.addEventListener(type, stop, { passive: true });
  // Some browsers show a menu of their own at that moment.
  within.addEventListener('contextmenu', (event) => start && event.pointerType === 'touch' && event.preventDefault());
}

function swallow(event) {
  event.stopPropagation();
  event.preventDefault();
}

// Whether anybody can see this page. A desk keeps panels of other tabs and folded ones loaded, and
// nothing should be asked for them.

/** A browser that has not said by then whether the page is in sight will not. */
const SAYS_MS = 1000;

/**
 * Tells, now and at every change, whether the page is in sight.
 *
 * @param {(awake: boolean) => void} tell
 */
export function watch(tell) {
  let inSight = false;
  let said = null;
  const look = () => {
    const awake = inSight && document.visibilityState === "visible";
    if (awake === said) return;
    said = awake;
    tell(awake);
  };
  const see = (seen) => {
    inSight = seen;
    look();
  };
  const fallback = setTimeout(() => see(window.innerWidth > 0), SAYS_MS);
  const observer = new IntersectionObserver((entries) => {
    clearTimeout(fallback);
    see(entries.at(-1).isIntersecting);
  });
  observer.observe(document.documentElement);
  document.addEventListener("visibilitychange", look);
  look();
}

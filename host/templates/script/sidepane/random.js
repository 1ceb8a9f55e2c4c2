// Math.random in a component. QuickJS would begin with the same number in every call: its state is made
// when the plugin is built, and each call starts from there. It is not for secrets, here as elsewhere.

let state = [1, 2, 3, 4];

/** Begins anew, from what only this call has. */
export function seed(text) {
  state = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667].map((start) => {
    let hash = start;
    for (let at = 0; at < text.length; at += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x85ebca6b);
      hash = (hash << 13) | (hash >>> 19);
    }
    return hash | 1;
  });
  for (let round = 0; round < 16; round += 1) {
    random();
  }
}

/** The next number, from 0 to less than 1 (xoshiro128**). */
export function random() {
  const [a, b, c, d] = state;
  const times = Math.imul(b, 5);
  const result = Math.imul((times << 7) | (times >>> 25), 9);
  const [e, f] = [c ^ a, d ^ b];
  state = [a ^ f, b ^ e, e ^ (b << 9), (f << 11) | (f >>> 21)];
  return (result >>> 0) / 4294967296;
}

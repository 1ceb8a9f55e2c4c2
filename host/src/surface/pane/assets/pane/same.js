// Whether two cards look the same. Their buttons carry a new token each time, so those are left out;
// and if all else is the same the tokens move over, and the elements on screen can stay.

/** @returns {boolean} */
export function same(one, other) {
  return Boolean(one && other) && plain(one) === plain(other);
}

/** Gives the buttons of a card the tokens of another that looks the same. */
export function takeTokens(card, from) {
  const fresh = [...actions(from)];
  let at = 0;
  for (const action of actions(card)) {
    action.token = fresh[at]?.token ?? action.token;
    at += 1;
  }
}

function plain(card) {
  return JSON.stringify(card, (name, value) => (name === "token" ? undefined : value));
}

function* actions(card) {
  for (const block of card?.blocks ?? []) {
    for (const element of block.data ?? []) {
      if (element?.type === "actions") yield* element.actions ?? [];
    }
  }
}

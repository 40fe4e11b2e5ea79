// Seeded randomness: a random test prints its seed, and `RELAY_TEST_SEED` plays it again.

export const seed = Number(process.env.RELAY_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))

/** A generator of numbers in [0, 1) (mulberry32), with the draws that tests need. */
export const randomFrom = (start) => {
  let state = start >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    /** An integer from `low` to `high`, both included. */
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (items) => items[Math.floor(next() * items.length)],
    /** Text that does not compress and has nothing to be joined by accident. */
    text: (length) => {
      let text = ''
      while (text.length < length) text += Math.floor(next() * 2 ** 32).toString(36)
      return text.slice(0, length)
    }
  }
}

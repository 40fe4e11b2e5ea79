const words = [
  'a',
  'bc',
  'hello ',
  'wörld',
  'x'.repeat(40),
  '\u0301',
  'e\u0301\u0323',
  '漢字',
  '😀',
  'a😀b',
  '👩‍👩‍👧',
  '🇩🇪🇫🇷',
  '𝒳𝒴',
  '\n',
  'tab\t',
  '"q"',
  '\\',
  '\u0000',
  '\ufeffbom',
  '\ufffd',
  '<b>&amp;</b>'
]
const keys = ['a', 'b', 'c', 'ключ', '🗝️', '', 'long-' + 'k'.repeat(30)]

export const randomKey = (random) => random.pick(keys)

export const randomString = (random) => {
  let text = ''
  for (let i = random.between(1, 3); i > 0; i--) text += random.pick(words)
  return random.chance(0.02) ? text.repeat(random.between(10, 60)) : text
}

const integers = [
  0,
  -0,
  1,
  -1,
  63,
  64,
  -64,
  127,
  128,
  8191,
  8192,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER
]
const floats = [0.5, -1.25, 0.1, 1e300, 5e-324, NaN, Infinity, -Infinity, 16777217.5]
const bigints = [0n, 1n, -1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)]

/** What JSON.stringify and JSON.parse keep: for embeds, formats and the old JSON content. */
export const randomJson = (random, depth = 2) => {
  switch (random.below(depth > 0 ? 8 : 6)) {
    case 0: return null
    case 1: return random.chance(0.5)
    case 2: return random.pick([0, 1, -7, 2 ** 31, 0.25, 1e21])
    case 3: case 4: return randomString(random)
    // No halves of surrogate pairs: Yjs keeps them as escapes in V1, but turns them into U+FFFD whenever an update
    // waits for another.
    case 5:
      return random.pick(['', 'undefined', '{}', '\u2028', 'null'])
    case 6:
      return Array.from({ length: random.below(4) }, () => randomJson(random, depth - 1))
    default:
      return Object.fromEntries(
        Array.from({ length: random.below(4) }, () => [randomKey(random), randomJson(random, depth - 1)])
      )
  }
}

/** Every value of lib0's "any", nested. */
export const randomAny = (random, depth = 2) => {
  switch (random.below(depth > 0 ? 12 : 9)) {
    case 0:
      return undefined
    case 1:
      return null
    case 2:
      return random.chance(0.5)
    case 3:
      return random.pick(integers)
    case 4:
      return random.pick(floats)
    case 5:
      return random.pick(bigints)
    case 6:
    case 7:
      return randomString(random)
    case 8:
      return random.bytes(random.below(6))
    case 9:
      return Array.from({ length: random.below(4) }, () => randomAny(random, depth - 1))
    case 10:
      return random.chance(0.05) ? nest(random, random.between(10, 60)) : {}
    default:
      return Object.fromEntries(
        Array.from({ length: random.below(4) }, () => [randomKey(random), randomAny(random, depth - 1)])
      )
  }
}

const nest = (random, depth) => {
  let value = randomString(random)
  for (let i = 0; i < depth; i++) value = random.chance(0.5) ? [value] : { a: value }
  return value
}

// Words for names that nobody had to think of.
const adjectives = [
  'amber',
  'bright',
  'calm',
  'clever',
  'curious',
  'eager',
  'early',
  'fair',
  'gentle',
  'glad',
  'golden',
  'green',
  'happy',
  'honest',
  'kind',
  'lively',
  'lucky',
  'merry',
  'mild',
  'neat',
  'nimble',
  'patient',
  'plain',
  'quick',
  'quiet',
  'silver',
  'steady',
  'sunny',
  'swift',
  'tidy',
  'warm',
  'wise'
] as const

const animals = [
  'badger',
  'beaver',
  'bee',
  'bison',
  'crane',
  'deer',
  'dolphin',
  'dove',
  'falcon',
  'finch',
  'fox',
  'hare',
  'hedgehog',
  'heron',
  'koala',
  'lark',
  'lynx',
  'marten',
  'mole',
  'otter',
  'owl',
  'panda',
  'puffin',
  'raven',
  'robin',
  'seal',
  'sparrow',
  'stork',
  'swallow',
  'toad',
  'turtle',
  'wren'
] as const

/** Small letters and digits without those that look like another: 32 of them, so that a random byte picks evenly. */
const letters = 'abcdefghijkmnpqrstuvwxyz23456789'

/**
 * For a document: `calm-otter-` and six letters, one of 2^40 names, so that a fresh visitor lands in nobody's document.
 */
export function randomDocumentName (): string {
  return `${pick(adjectives)}-${pick(animals)}-${Array.from({ length: 6 }, () => pick(letters)).join('')}`
}

/** For a person who has not said a name yet: `Calm Otter`. */
export function randomPersonName (): string {
  return [pick(adjectives), pick(animals)].map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ')
}

function pick (from: ArrayLike<string>): string {
  const byte = crypto.getRandomValues(new Uint8Array(1))[0]!
  return from[byte % from.length]!
}

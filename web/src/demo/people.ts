import type { Awareness } from 'y-protocols/awareness'
import { randomPersonName } from './words'

export interface Person {
  readonly clientId: number
  readonly name: string
  /** `#rrggbb`; every colour of the palette reads well under white letters and beside light and dark paper. */
  readonly color: string
  readonly isMe: boolean
}

const palette = [
  '#1564fe',
  '#dd0283',
  '#07824a',
  '#ba5600',
  '#8a49f5',
  '#0b7f7f',
  '#e50026',
  '#517e01',
  '#c228bc',
  '#0279a9',
  '#8f6c0b'
] as const
const storageKey = 'relay.name'
export const maxNameLength = 32

/** Who is in the document: what others say about themselves, and what we say. */
export class People {
  readonly #awareness: Awareness
  readonly #fallbackName = randomPersonName()

  constructor (awareness: Awareness) {
    this.#awareness = awareness
    this.#introduce(loadName() || this.#fallbackName, paletteColor(awareness.clientID))
    awareness.on('change', () => this.#keepColorsApart())
    this.#sayGoodbye()
  }

  get me (): Person { return readPerson(this.#awareness, this.#awareness.clientID) }

  /** Everybody, ourselves first, the others in an order that does not jump. */
  get all (): Person[] {
    const others = [...this.#awareness.getStates().keys()]
      .filter((id) => id !== this.#awareness.clientID)
      .sort((a, b) => a - b)
    return [this.me, ...others.map((id) => readPerson(this.#awareness, id))]
  }

  rename (name: string): void {
    const given = name.trim().slice(0, maxNameLength)
    storeName(given)
    this.#introduce(given || this.#fallbackName, this.me.color)
  }

  watch (listener: (people: Person[]) => void): void {
    this.#awareness.on('change', () => listener(this.all))
    listener(this.all)
  }

  #introduce (name: string, color: string): void {
    this.#awareness.setLocalStateField('user', { name, color })
  }

  /**
   * Of two people with one colour the later client id moves to a free one, if there is any; both see it the same way,
   * so nobody moves twice.
   */
  #keepColorsApart (): void {
    const { color, clientId, name } = this.me
    const others = this.all.filter((person) => !person.isMe)
    if (!others.some((person) => person.color === color && person.clientId < clientId)) return
    const free = palette.find((candidate) => others.every((person) => person.color !== candidate))
    if (free !== undefined) this.#introduce(name, free)
  }

  /**
   * Leaving the page is said at once; the relay would find it out by itself a little later. A page that comes back from
   * the browser's cache introduces itself again.
   */
  #sayGoodbye (): void {
    let left: Record<string, unknown> | null = null
    addEventListener('pagehide', () => {
      left = this.#awareness.getLocalState()
      this.#awareness.setLocalState(null)
    })
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted && left !== null) this.#awareness.setLocalState(left)
    })
  }
}

/** What a client says about itself, as far as it can be shown; it may say anything. */
export function readPerson (awareness: Awareness, clientId: number): Person {
  const user: unknown = awareness.getStates().get(clientId)?.['user']
  const { name, color } = typeof user === 'object' && user !== null ? user as Record<string, unknown> : {}
  return {
    clientId,
    name: typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, maxNameLength) : 'Guest',
    color: typeof color === 'string' && /^#[0-9a-f]{6}$/i.test(color) ? color : paletteColor(clientId),
    isMe: clientId === awareness.clientID
  }
}

function paletteColor (clientId: number): string {
  return palette[clientId % palette.length]!
}

// Storage may be switched off; then the name lasts as long as the page.
function loadName (): string {
  try {
    return localStorage.getItem(storageKey)?.slice(0, maxNameLength) ?? ''
  } catch {
    return ''
  }
}

function storeName (name: string): void {
  try {
    if (name === '') localStorage.removeItem(storageKey)
    else localStorage.setItem(storageKey, name)
  } catch {}
}

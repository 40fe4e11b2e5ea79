import type { DecorationAttrs } from 'prosemirror-view'
import { yCursorPlugin } from 'y-prosemirror'
import { Plugin } from 'prosemirror-state'
import type { Awareness } from 'y-protocols/awareness'
import { readPerson } from '../people'

/**
 * How long a name stands above a cursor after that cursor moved; then it makes room for the text and only the line
 * stays.
 */
const nameShownMs = 4000

/** The cursors of the others. */
export class Carets {
  readonly #awareness: Awareness
  readonly #elements = new Map<number, HTMLElement>()
  readonly #places = new Map<number, string>()
  #turning = false
  readonly #fading = new Map<number, ReturnType<typeof setTimeout>>()

  constructor (awareness: Awareness) {
    this.#awareness = awareness
    awareness.on('change', ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>) => {
      for (const clientId of [...added, ...updated]) this.#follow(clientId)
      for (const clientId of removed) this.#forget(clientId)
    })
  }

  plugins (): Plugin[] {
    const cursors = yCursorPlugin(this.#awareness, {
      // A malformed entry would make the plugin throw, and with it the editor of everybody who hears of it.
      awarenessStateFilter: (me: number, clientId: number, state: unknown) => me !== clientId && hasPlace(state),
      cursorBuilder: (_user: unknown, clientId: number) => this.#build(clientId),
      selectionBuilder: (_user: unknown, clientId: number): DecorationAttrs =>
        ({ class: 'selection', style: `background-color: ${readPerson(this.#awareness, clientId).color}38` })
    }) as Plugin
    return [cursors, new Plugin({ view: () => ({ update: () => this.#turnNames() }) })]
  }

  /** Brings somebody's cursor into view, if they have one. */
  show (clientId: number): void {
    this.#elements.get(clientId)?.scrollIntoView({ block: 'center', behavior: 'smooth' })
    this.#flash(clientId)
  }

  #build (clientId: number): HTMLElement {
    const caret = document.createElement('span')
    caret.className = 'caret'
    caret.classList.toggle('is-named', this.#fading.has(clientId))
    caret.dataset['client'] = String(clientId)
    caret.ariaHidden = 'true'
    // Word joiners keep the line from breaking at the caret. The name is painted by the style sheet: letters here would
    // be part of what people select.
    caret.textContent = '\u2060'
    this.#elements.set(clientId, caret)
    this.#paint(clientId)
    return caret
  }

  /** Names stand on the side where there is room for them. */
  #turnNames (): void {
    if (this.#turning || this.#elements.size === 0) return
    this.#turning = true
    requestAnimationFrame(() => {
      this.#turning = false
      const middle = document.documentElement.clientWidth / 2
      const sides = [...this.#elements.values()].map(
        (caret) => [caret, caret.getBoundingClientRect().left > middle] as const
      )
      for (const [caret, isRight] of sides) caret.classList.toggle('is-right', isRight)
    })
  }

  #follow (clientId: number): void {
    const cursor: unknown = this.#awareness.getStates().get(clientId)?.['cursor']
    const place = JSON.stringify(cursor ?? null)
    if (this.#places.get(clientId) !== place) {
      this.#places.set(clientId, place)
      this.#flash(clientId)
    }
    // The editor keeps the element of a caret that only changed its name.
    this.#paint(clientId)
  }

  #forget (clientId: number): void {
    clearTimeout(this.#fading.get(clientId))
    this.#fading.delete(clientId)
    this.#places.delete(clientId)
    this.#elements.delete(clientId)
  }

  #paint (clientId: number): void {
    const { name, color } = readPerson(this.#awareness, clientId)
    const caret = this.#elements.get(clientId)
    if (caret === undefined) return
    caret.dataset['name'] = name
    caret.style.setProperty('--person', color)
  }

  #flash (clientId: number): void {
    clearTimeout(this.#fading.get(clientId))
    this.#elements.get(clientId)?.classList.add('is-named')
    this.#fading.set(clientId, setTimeout(() => {
      this.#fading.delete(clientId)
      this.#elements.get(clientId)?.classList.remove('is-named')
    }, nameShownMs))
  }
}

function hasPlace (state: unknown): boolean {
  if (!isRecord(state) || !isRecord(state['cursor'])) return false
  const { user, cursor } = state
  return (
    (user === undefined || isRecord(user)) && isRelativePosition(cursor['anchor']) && isRelativePosition(cursor['head'])
  )
}

function isRelativePosition (value: unknown): boolean {
  return (
    isRecord(value) &&
    (value['type'] ?? value['item'] ?? value['tname']) != null &&
    isIdOrAbsent(value['type']) &&
    isIdOrAbsent(value['item']) &&
    (value['tname'] == null || typeof value['tname'] === 'string') &&
    (value['assoc'] == null || typeof value['assoc'] === 'number')
  )
}

function isIdOrAbsent (value: unknown): boolean {
  return (
    value == null ||
    (isRecord(value) &&
      Number.isSafeInteger(value['client']) &&
      Number.isSafeInteger(value['clock']) &&
      (value['clock'] as number) >= 0)
  )
}

function isRecord (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

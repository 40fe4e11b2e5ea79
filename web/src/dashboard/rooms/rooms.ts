import type { Api } from '../api'
import { byId } from '../dom'
import type { View } from '../view'
import { KnownRooms } from './known-rooms'
import { LiveRooms } from './live-rooms'

/** The list of rooms: those that are live, or all. */
export class Rooms {
  readonly #live = new LiveRooms()
  readonly #known: KnownRooms
  #view: View | undefined

  constructor (api: Api) {
    this.#known = new KnownRooms(api)
    for (const button of this.#buttons()) {
      button.addEventListener('click', () => this.#choose(button.value === 'all'))
    }
    byId('search').addEventListener('input', () => { if (this.#view !== undefined) this.#live.show(this.#view) })
  }

  show (view: View): void {
    this.#view = view
    this.#live.show(view)
  }

  #choose (all: boolean): void {
    for (const button of this.#buttons()) button.ariaPressed = String((button.value === 'all') === all)
    byId('live').hidden = all
    byId('known').hidden = !all
    byId('sorting').hidden = !all
    this.#known.isShown = all
  }

  #buttons (): HTMLButtonElement[] {
    return [byId<HTMLButtonElement>('show-live'), byId<HTMLButtonElement>('show-all')]
  }
}

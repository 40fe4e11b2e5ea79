import { type Api, Refusal } from '../api'
import { byId, setText } from '../dom'
import { bytes, count, momentOf, printable, since } from '../format'
import { Table } from '../table'
import type { KnownRoom } from '../view'
import { addressOf } from './address'

const pageSize = 50
const againMs = 3000
const typingMs = 200

/** All rooms that were ever used, a page at a time, where metadata is kept. */
export class KnownRooms {
  readonly #table = new Table<KnownRoom>(
    'All rooms',
    [
      { title: 'Room', cell: ({ name }) => ({ text: printable(name), title: printable(name), href: addressOf(name) }) },
      { title: 'Connections', isNumber: true, cell: ({ connections }) => count(connections) },
      {
        title: 'Last used',
        isNumber: true,
        cell: ({ lastUsed, connections }) =>
          connections > 0 ? 'now' : { text: `${since(lastUsed)} ago`, title: momentOf(lastUsed) }
      },
      { title: 'Updates', isNumber: true, cell: ({ updates }) => count(updates) },
      { title: 'Size', isNumber: true, cell: ({ bytes: size }) => (size === 0 ? '–' : bytes(size)) },
      {
        title: 'Saved',
        isNumber: true,
        cell: ({ snapshotAt }) =>
          snapshotAt === null ? '–' : { text: `${since(snapshotAt)} ago`, title: momentOf(snapshotAt) }
      }
    ],
    ({ name }) => name
  )

  readonly #search = byId<HTMLInputElement>('search')
  readonly #sort = byId<HTMLSelectElement>('sort')
  /** The cursors of the pages up to this one; the first page has none. */
  #cursors: (string | null)[] = [null]
  #next: string | null = null
  #asked = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #isShown = false

  constructor (private readonly api: Api) {
    byId('known-rooms').append(this.#table.element)
    this.#search.addEventListener('input', () => this.#begin(typingMs))
    this.#sort.addEventListener('change', () => this.#begin(0))
    byId('next-page').addEventListener('click', () => {
      if (this.#next !== null) this.#cursors.push(this.#next)
      this.#later(0)
    })
    byId('previous-page').addEventListener('click', () => {
      if (this.#cursors.length > 1) this.#cursors.pop()
      this.#later(0)
    })
  }

  set isShown (shown: boolean) {
    this.#isShown = shown
    if (shown) this.#begin(0)
    else clearTimeout(this.#timer)
  }

  #begin (wait: number): void {
    this.#cursors = [null]
    if (this.#isShown) this.#later(wait)
  }

  #later (wait: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => { void this.#load() }, wait)
  }

  async #load (): Promise<void> {
    const asked = ++this.#asked
    const query = new URLSearchParams({ limit: String(pageSize), sort: this.#sort.value })
    const search = this.#search.value.trim()
    const cursor = this.#cursors.at(-1)
    if (search !== '') query.set('search', search)
    if (cursor != null) query.set('cursor', cursor)
    try {
      const page = await this.api.get<{ documents: KnownRoom[], next: string | null }>(`api/documents?${query}`)
      if (asked !== this.#asked || !this.#isShown) return
      this.#next = page.next
      this.#table.show(page.documents)
      this.#say(
        page.documents.length > 0 ? '' : search === '' ? 'No document was ever used.' : 'No room has such a name.'
      )
    } catch (error) {
      if (asked !== this.#asked) return
      this.#table.show([])
      this.#next = null
      this.#say(error instanceof Refusal ? error.message : 'The rooms cannot be read at the moment.')
      if (error instanceof Refusal && error.isNotKept) return
    } finally {
      const number = this.#cursors.length
      setText(byId('page-number'), `Page ${number}`)
      byId<HTMLButtonElement>('previous-page').disabled = number === 1
      byId<HTMLButtonElement>('next-page').disabled = this.#next === null
    }
    if (this.#isShown) this.#later(againMs)
  }

  #say (text: string): void {
    byId('no-known-rooms').hidden = text === ''
    setText(byId('no-known-rooms'), text)
  }
}

import { Api, Refusal } from '../api'
import { HourCharts } from '../charts/hour-charts'
import { byId, element, setText } from '../dom'
import { bytes, count, momentOf, perSecond, printable, since } from '../format'
import { Table } from '../table'
import type { Client, ConnectionRow, Hour, KnownRoom, View } from '../view'
import { shownRoom } from './address'
import { showPeople } from './people'

const weekMs = 7 * 24 * 3_600_000
const presenceMs = 2000
const historyMs = 3000

/** One room: who is there, what goes through it, and how it came to be what it is. */
export class RoomPage {
  readonly #charts = new HourCharts(['size', 'updates', 'connections', 'traffic'])
  readonly #connections = new Table<ConnectionRow>(
    'Connections now',
    [
      {
        title: 'User',
        cell: ({ userId }) =>
          userId === null ? { text: 'no token', tone: 'quiet' } : { text: printable(userId), title: printable(userId) }
      },
      { title: 'Protocol', cell: ({ protocol }) => protocol },
      { title: 'Node', cell: ({ node }) => ({ text: node.split('#')[0]!, title: node }) },
      { title: 'For', isNumber: true, cell: ({ openedAt }) => ({ text: since(openedAt), title: momentOf(openedAt) }) }
    ],
    ({ id }) => id
  )

  #name: string | null = null
  #known: KnownRoom | null = null
  #turn = 0

  constructor (private readonly api: Api) {
    byId('room-charts').append(...this.#charts.elements)
    byId('room-connections').append(this.#connections.element)
    addEventListener('hashchange', () => this.open(shownRoom()))
  }

  /** Shows a room in the place of the overview, or the overview again. */
  open (name: string | null): void {
    const turn = ++this.#turn
    this.#name = name
    this.#known = null
    byId('overview').hidden = name !== null
    byId('room').hidden = name === null
    document.title = name === null ? 'Relay dashboard' : `${printable(name)} – Relay dashboard`
    if (name === null) return
    setText(byId('room-name'), printable(name))
    this.#figures([])
    this.#connections.show([])
    showPeople(byId('room-people'), [])
    byId('room-history').hidden = true
    scrollTo(0, 0)
    byId('room-name').focus({ preventScroll: true })
    void this.#repeat(turn, presenceMs, () => this.#loadPresence(turn, name))
    void this.#repeat(turn, historyMs, () => this.#loadHistory(turn, name))
  }

  show ({ rooms, totals, isWhole }: View): void {
    if (this.#name === null) return
    const live = rooms.find(({ name }) => name === this.#name)
    const known = this.#known
    // Nodes name their busiest rooms only: then one that is not among them may be open all the same, and where there is
    // a database, that knows.
    const areAllNamed = isWhole && rooms.length >= totals.rooms
    const nodes = live?.nodes ?? (areAllNamed ? [] : known?.nodes.map((node) => node.split('#')[0]!))
    const connections = live?.connections ?? (areAllNamed ? 0 : known?.connections)
    const size = live?.bytes || known?.bytes || 0
    this.#figures([
      ['Connections', connections === undefined ? '–' : count(connections)],
      ['Updates', live === undefined ? '–' : perSecond(count(live.updatesPerSecond))],
      ['Traffic', live === undefined ? '–' : perSecond(bytes(live.bytesPerSecond))],
      ['Size', size === 0 ? '–' : bytes(size)],
      ['Open on', nodes === undefined ? 'not known: it is not among the busiest' : nodes.join('\n') || 'no node'],
      ...(known === null
        ? []
        : ([
            ['First used', momentOf(known.firstUsed)],
            ['Updates in all', count(known.updates)],
            [
              'Last snapshot',
              known.snapshotAt === null
                ? 'none yet'
                : `${since(known.snapshotAt)} ago, ${bytes(known.snapshotBytes ?? 0)}`
            ]
          ] satisfies [string, string][]))
    ])
  }

  #figures (figures: [string, string][]): void {
    const list = byId('room-figures')
    if (list.childElementCount !== figures.length) {
      list.replaceChildren(...figures.map(() => element('div', {}, element('dt'), element('dd'))))
    }
    figures.forEach(([title, value], index) => {
      const { firstElementChild, lastElementChild } = list.children[index]!
      setText(firstElementChild!, title)
      setText(lastElementChild!, value)
    })
  }

  async #repeat (turn: number, wait: number, step: () => Promise<boolean>): Promise<void> {
    while (turn === this.#turn && await step()) {
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }

  /** Says whether to go on. */
  async #loadPresence (turn: number, name: string): Promise<boolean> {
    try {
      const { clients } = await this.api.get<{ clients: Client[] }>(`api/documents/${Api.part(name)}/presence`)
      if (turn !== this.#turn) return false
      showPeople(byId('room-people'), clients)
      setText(byId('room-people-note'), clients.length === 0 ? 'Nobody shows their presence.' : '')
    } catch (error) {
      if (turn !== this.#turn) return false
      setText(
        byId('room-people-note'),
        error instanceof Refusal ? error.message : 'Who is there cannot be read at the moment.'
      )
    }
    return true
  }

  async #loadHistory (turn: number, name: string): Promise<boolean> {
    try {
      const path = `api/documents/${Api.part(name)}`
      const [history, open] = await Promise.all([
        this.api.get<{ document: KnownRoom, hours: Hour[] }>(`${path}/history`),
        this.api.get<{ connections: ConnectionRow[] }>(`${path}/connections?open=true&limit=100`)
      ])
      if (turn !== this.#turn) return false
      this.#known = history.document
      this.#connections.show(open.connections)
      setText(byId('room-connections-note'), open.connections.length === 0 ? 'Nobody is connected.' : '')
      const now = Date.now()
      const first = history.hours[0]
      this.#charts.show(
        history.hours,
        Math.max(now - weekMs, Math.min(first === undefined ? now : Date.parse(first.hour), now - 6 * 3_600_000)),
        now
      )
      byId('room-history').hidden = false
      setText(byId('room-history-note'), '')
    } catch (error) {
      if (turn !== this.#turn) return false
      const isNotKept = error instanceof Refusal && error.isNotKept
      const text = isNotKept ? `There is no history and no list of connections. ${error.message}`
        : error instanceof Refusal ? error.message : 'The history cannot be read at the moment.'
      setText(byId('room-history-note'), text)
      setText(
        byId('room-connections-note'),
        isNotKept ? 'Single connections are known only where metadata is kept.' : ''
      )
      if (isNotKept) return false
    }
    return true
  }
}

import { type Api, Refusal } from './api'
import { byId, setText, signs } from './dom'
import { bytes, count, duration, momentOf, percent, perSecond, printable, since, span } from './format'
import { Table, type Cell } from './table'
import type { NodeReport, PastNode, View } from './view'

const states: Record<NodeReport['state'], Cell> = {
  starting: { text: `${signs.busy} starting`, tone: 'busy' },
  waiting: {
    text: `${signs.busy} waits for a service`,
    tone: 'busy',
    title: 'It has not reached all services yet and wants no clients.'
  },
  ready: { text: `${signs.good} ready`, tone: 'good' },
  draining: {
    text: `${signs.busy} draining`,
    tone: 'busy',
    title: 'It sends its clients away and leaves its documents.'
  }
}

const pastMs = 15_000

/** The nodes that run, and, where metadata is kept, those that ended in the last 24 hours. */
export class Nodes {
  readonly #running: Table<NodeReport>
  readonly #past: Table<PastNode>
  #self = ''

  constructor (private readonly api: Api) {
    this.#running = new Table<NodeReport>(
      'Nodes that run',
      [
        {
          title: 'Node',
          cell: ({ address, incarnation, version }) => ({
            text: `${address}${incarnation === this.#self ? ' (this one)' : ''}`,
            title: `start ${incarnation}, version ${version}`
          })
        },
        { title: 'State', cell: ({ state }) => states[state] ?? state },
        { title: 'Connections', isNumber: true, cell: ({ connections }) => count(connections) },
        { title: 'Rooms', isNumber: true, cell: ({ rooms }) => count(rooms) },
        {
          title: 'Updates',
          isNumber: true,
          cell: ({ updatesReceivedPerSecond }) => perSecond(count(updatesReceivedPerSecond))
        },
        { title: 'Out', isNumber: true, cell: ({ bytesSentPerSecond }) => perSecond(bytes(bytesSentPerSecond)) },
        { title: 'p99', isNumber: true, cell: ({ latency }) => (latency === null ? '–' : duration(latency.p99)) },
        {
          title: 'Processor',
          isNumber: true,
          cell: ({ processorShare }) => ({
            text: percent(processorShare),
            bar: processorShare < 0.02 ? 0 : processorShare,
            tone: processorShare > 0.8 ? 'bad' : 'quiet',
            title: 'Of all its processors.'
          })
        },
        { title: 'Memory', isNumber: true, cell: ({ memoryBytes }) => bytes(memoryBytes) },
        {
          title: 'Runs for',
          isNumber: true,
          cell: ({ startedAt }) => ({ text: since(startedAt), title: momentOf(startedAt) })
        }
      ],
      ({ incarnation }) => incarnation
    )
    this.#past = new Table<PastNode>(
      'Nodes that ended in the last 24 hours',
      [
        {
          title: 'Node',
          cell: ({ address, incarnation }) => ({ text: printable(address), title: `start ${incarnation}` })
        },
        {
          title: 'How',
          cell: ({ endedBy }) =>
            endedBy === 'died'
              ? { text: `${signs.bad} died`, tone: 'bad' }
              : { text: `${signs.good} stopped`, tone: 'quiet' }
        },
        { title: 'When', isNumber: true, cell: ({ endedAt }) => momentOf(endedAt!) },
        {
          title: 'Ran for',
          isNumber: true,
          cell: ({ startedAt, endedAt }) => span(Date.parse(endedAt!) - Date.parse(startedAt))
        },
        { title: 'Connections', isNumber: true, cell: ({ opened }) => count(opened) },
        { title: 'Updates', isNumber: true, cell: ({ updates }) => count(updates) }
      ],
      ({ incarnation }) => incarnation
    )
    byId('nodes').append(this.#running.element)
    byId('past-nodes').append(this.#past.element)
  }

  show ({ nodes, self, isWhole }: View): void {
    this.#self = self
    this.#running.show(nodes)
    setText(byId('nodes-count'), String(nodes.length))
    byId('not-whole').hidden = isWhole
  }

  /** Looks again and again at what is in the database. */
  async watchPast (): Promise<void> {
    for (;;) {
      try {
        const { nodes } = await this.api.get<{ nodes: PastNode[] }>('api/nodes/history')
        const ended = nodes.filter(({ endedAt }) => endedAt !== null).slice(0, 50)
        byId('past').hidden = ended.length === 0
        setText(byId('past-count'), String(ended.length))
        this.#past.show(ended)
      } catch (error) {
        if (error instanceof Refusal && error.isNotKept) return
      }
      await new Promise((resolve) => setTimeout(resolve, pastMs))
    }
  }
}

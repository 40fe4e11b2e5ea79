import { LineChart, type Series } from './charts/line-chart'
import { Recent } from './charts/recent'
import { byId, element, setText } from './dom'
import { bytes, clockTime, count, duration, perSecond } from './format'
import type { Totals, View } from './view'

interface Figure {
  id: string
  title: string
  explanation: string
  value: (totals: Totals) => string
  note: (totals: Totals) => string
  format: (value: number) => string
  lines: { name: string, value: (totals: Totals) => number | null }[]
}

const figures: Figure[] = [
  {
    id: 'connections',
    title: 'Connections',
    explanation: 'Open connections of clients.',
    value: ({ connections }) => count(connections),
    note: () => '',
    format: count,
    lines: [{ name: '', value: ({ connections }) => connections }]
  },
  {
    id: 'rooms',
    title: 'Live rooms',
    explanation: 'Documents that somebody has open.',
    value: ({ rooms, areRoomsExact }) => `${areRoomsExact ? '' : '≤ '}${count(rooms)}`,
    note: ({ unsavedDocuments }) => unsavedDocuments === 0 ? 'all saved' : `${count(unsavedDocuments)} not saved yet`,
    format: count,
    lines: [{ name: '', value: ({ rooms }) => rooms }]
  },
  {
    id: 'updates',
    title: 'Updates',
    explanation: 'Updates of clients that said something new, and how many were handed to connections.',
    value: ({ updatesReceivedPerSecond }) => perSecond(count(updatesReceivedPerSecond)),
    note: ({ updatesDeliveredPerSecond }) => `${perSecond(count(updatesDeliveredPerSecond))} delivered`,
    format: (value) => perSecond(count(value)),
    lines: [{ name: '', value: ({ updatesReceivedPerSecond }) => updatesReceivedPerSecond }]
  },
  {
    id: 'bytes',
    title: 'Traffic',
    explanation: 'Bytes that go to clients, and that come from them.',
    value: ({ bytesSentPerSecond }) => perSecond(bytes(bytesSentPerSecond)),
    note: ({ bytesReceivedPerSecond }) => `out · ${perSecond(bytes(bytesReceivedPerSecond))} in`,
    format: (value) => perSecond(bytes(value)),
    lines: [
      { name: 'out', value: ({ bytesSentPerSecond }) => bytesSentPerSecond },
      { name: 'in', value: ({ bytesReceivedPerSecond }) => bytesReceivedPerSecond }
    ]
  },
  {
    id: 'latency',
    title: 'Latency',
    explanation:
      'From the first try to append an update to the log until it is delivered on the same node, ' +
      'about the last ten seconds.',
    value: ({ latency }) => (latency === null ? '–' : duration(latency.p50)),
    note: ({ latency }) => (latency === null ? 'nothing is written' : `median · p99 ${duration(latency.p99)}`),
    format: duration,
    lines: [
      { name: 'p99', value: ({ latency }) => latency?.p99 ?? null },
      { name: 'median', value: ({ latency }) => latency?.p50 ?? null }
    ]
  }
]

/** The row of figures at the top, each with its last minutes. */
export class Headline {
  readonly #cards = figures.map((figure) => new Card(figure))

  constructor () {
    byId('headline').append(...this.#cards.map(({ element }) => element))
  }

  show (view: View): void {
    const at = Date.now()
    for (const card of this.#cards) card.show(view.totals, at)
  }
}

class Card {
  readonly element: HTMLElement
  readonly #value = element('p', { className: 'value', textContent: '–' })
  readonly #note = element('p', { className: 'quiet', textContent: '\u00a0' })
  readonly #chart: LineChart
  readonly #recent: Recent[]

  constructor (private readonly figure: Figure) {
    this.#recent = figure.lines.map(() => new Recent())
    this.#chart = new LineChart({
      title: `${figure.title}, the last minutes`,
      format: figure.format,
      formatTime: clockTime,
      gap: 5000
    })
    this.element = element(
      'section',
      { id: `figure-${figure.id}`, className: 'card figure', title: figure.explanation },
      element('h2', { textContent: figure.title }),
      this.#value,
      this.#note,
      this.#chart.element
    )
  }

  show (totals: Totals, at: number): void {
    setText(this.#value, this.figure.value(totals))
    setText(this.#note, this.figure.note(totals) || '\u00a0')
    this.figure.lines.forEach(({ value }, index) => this.#recent[index]!.add(at, value(totals)))
    this.#chart.show(
      this.figure.lines.map(({ name }, index): Series => ({ name, points: this.#recent[index]!.points })),
      this.#recent[0]!.from(at),
      at
    )
  }
}

import { element } from '../dom'
import { bytes, count, dayOf, hourOf, momentOf } from '../format'
import type { Hour } from '../view'
import { LineChart, type Series } from './line-chart'

const hourMs = 3_600_000

interface Kind {
  title: string
  explanation: string
  format: (value: number) => string
  /** Sums grow until their hour is over: the one that lasts still would look like a fall. */
  isSum: boolean
  lines: { name: string, of: (hour: Hour, seconds: number) => number | null }[]
}

const kinds = {
  connections: {
    title: 'Connections',
    explanation: 'at once',
    format: count,
    isSum: false,
    lines: [
      { name: 'most', of: (hour) => hour.peak },
      { name: 'average', of: (hour, seconds) => hour.connectionSeconds / seconds }
    ]
  },
  updates: {
    title: 'Updates',
    explanation: 'in each hour',
    format: count,
    isSum: true,
    lines: [{ name: '', of: (hour) => hour.updates }]
  },
  traffic: {
    title: 'Traffic',
    explanation: 'in each hour',
    format: bytes,
    isSum: true,
    lines: [
      { name: 'out', of: (hour) => hour.bytesOut },
      { name: 'in', of: (hour) => hour.bytesIn }
    ]
  },
  size: {
    title: 'Size',
    explanation: 'of the document',
    format: bytes,
    isSum: false,
    lines: [{ name: '', of: (hour) => hour.bytes || null }]
  }
} satisfies Record<string, Kind>

export type HourChart = keyof typeof kinds

/** Charts of figures by hours. */
export class HourCharts {
  readonly elements: HTMLElement[]
  readonly #charts: { kind: HourChart, chart: LineChart }[]

  constructor (shown: HourChart[]) {
    this.#charts = shown.map((kind) => ({
      kind,
      chart: new LineChart({
        title: `${kinds[kind].title} by hours`,
        format: kinds[kind].format,
        formatTime: (at) => this.#formatTime(at),
        formatTick: (at) => this.#formatTick(at),
        hasAxes: true,
        least: 1,
        gap: kind === 'size' ? Infinity : hourMs * 1.5
      })
    }))
    this.elements = this.#charts.map(({ kind, chart }) =>
      element(
        'section',
        { className: 'card', id: `hours-${kind}` },
        element(
          'h3',
          {},
          kinds[kind].title,
          ' ',
          element('span', { className: 'quiet', textContent: kinds[kind].explanation }),
          ...keysOf(kinds[kind])
        ),
        chart.element
      )
    )
  }

  #formatTime: (at: number) => string = hourOf
  #formatTick: (at: number) => string = hourOf

  show (hours: Hour[], from: number, to: number): void {
    const isLong = to - from > 30 * hourMs
    this.#formatTime = isLong ? momentOf : hourOf
    this.#formatTick = isLong ? dayOf : hourOf
    for (const { kind, chart } of this.#charts) {
      const { isSum, lines }: Kind = kinds[kind]
      const whole = hours.filter((hour) => secondsOf(hour, to) === 3600)
      const shown = isSum && whole.length > 0 ? whole : hours
      chart.show(
        lines.map(({ name, of }): Series => ({
          name,
          points: shown.map((hour) => ({
            at: Date.parse(hour.hour) + secondsOf(hour, to) * 500,
            value: of(hour, secondsOf(hour, to))
          }))
        })),
        from,
        to
      )
    }
  }
}

/** How much there is of an hour: what it says stands in the middle of that. */
function secondsOf (hour: Hour, now: number): number {
  return Math.min(Math.max(now - Date.parse(hour.hour), 1000), hourMs) / 1000
}

/** Which line is which, where there are two. */
function keysOf ({ lines }: Kind): HTMLElement[] {
  return lines.length < 2
    ? []
    : lines.map(({ name }, index) => element('span', { className: `key series-${index}`, textContent: name }))
}

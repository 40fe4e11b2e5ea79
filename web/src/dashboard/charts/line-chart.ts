import { element, setText } from '../dom'
import { hourTicks, ticks } from './ticks'

export interface Point { at: number, value: number | null }

export interface Series { name: string, points: Point[] }

export interface ChartOptions {
  title: string
  format: (value: number) => string
  formatTime: (at: number) => string
  /** Values and hours at its sides; without them it is a small picture beside a figure. */
  hasAxes?: boolean
  /** The least that two values at the side are apart. */
  least?: number
  formatTick?: (at: number) => string
  /** For how long two points next to each other are still joined, in milliseconds. */
  gap: number
}

interface Line { area: SVGPathElement, line: SVGPathElement, dots: SVGPathElement }

const svg = 'http://www.w3.org/2000/svg'
const width = 1000
const height = 100

/** More than these would be a thick line. */
const mostDots = 30

/**
 * One or two lines over time, with the value under the pointer. Drawn in a box of fixed units that is stretched to its
 * place, while all text is HTML.
 */
export class LineChart {
  readonly element = element('figure', { className: 'chart' })
  readonly #plot = element('div', { className: 'plot' })
  readonly #picture = document.createElementNS(svg, 'svg')
  readonly #lines: Line[] = []
  readonly #values = element('div', { className: 'values', ariaHidden: 'true' })
  readonly #times = element('div', { className: 'times', ariaHidden: 'true' })
  readonly #mark = element('div', { className: 'mark', hidden: true })
  readonly #said = element('div', { className: 'said-value', hidden: true })
  #series: Series[] = []
  #from = 0
  #to = 1
  #pointer: number | undefined

  constructor (private readonly options: ChartOptions) {
    this.#picture.setAttribute('viewBox', `0 0 ${width} ${height}`)
    this.#picture.setAttribute('preserveAspectRatio', 'none')
    this.#picture.setAttribute('role', 'img')
    this.element.classList.toggle('axes', options.hasAxes ?? false)
    this.#plot.append(this.#picture, this.#mark, this.#said)
    this.element.append(this.#values, this.#plot, this.#times)
    this.#plot.addEventListener('pointermove', ({ clientX }) => this.#point(clientX))
    this.#plot.addEventListener('pointerleave', () => this.#point(undefined))
  }

  show (series: Series[], from: number, to: number): void {
    this.#series = series
    this.#from = from
    this.#to = to
    const values = series.flatMap(({ points }) => points.flatMap(({ value }) => value ?? []))
    const { top, steps } = ticks(Math.max(0, ...values), this.options.least ?? 0)
    series.forEach(({ points }, index) => this.#draw(index, points, top))
    const most = values.length === 0 ? 'nothing yet' : `at most ${this.options.format(Math.max(...values))}`
    this.#picture.setAttribute('aria-label', `${this.options.title}: ${most}.`)
    if (this.options.hasAxes) this.#label(top, steps)
    this.#point(this.#pointer)
  }

  #draw (index: number, points: Point[], top: number): void {
    const { line, area, dots } = this.#lines[index] ?? this.#addLine(index)
    const parts: Point[][] = []
    let before: Point | undefined
    for (const point of points) {
      if (point.value === null) {
        before = undefined
        continue
      }
      if (before === undefined || point.at - before.at > this.options.gap) parts.push([])
      parts.at(-1)!.push(point)
      before = point
    }
    const x = ({ at }: Point): string => (((at - this.#from) / (this.#to - this.#from)) * width).toFixed(1)
    const y = ({ value }: Point): string => (height - (value! / top) * height).toFixed(2)
    line.setAttribute('d', parts.map((part) => `M${part.map((point) => `${x(point)},${y(point)}`).join('L')}`).join(''))
    // Lines of no length with round ends.
    if (this.options.hasAxes)
      dots.setAttribute(
        'd',
        (points.length > mostDots ? parts.filter((part) => part.length === 1) : parts)
          .flat()
          .map((point) => `M${x(point)},${y(point)}h0`)
          .join('')
      )
    area.setAttribute(
      'd',
      parts
        .map(
          (part) =>
            `M${x(part[0]!)},${height}L` +
            `${part.map((point) => `${x(point)},${y(point)}`).join('L')}L${x(part.at(-1)!)},${height}Z`
        )
        .join('')
    )
  }

  #addLine (index: number): Line {
    const path = (kind: string): SVGPathElement => {
      const made = document.createElementNS(svg, 'path')
      made.setAttribute('class', `${kind} series-${index}`)
      this.#picture.append(made)
      return made
    }
    return this.#lines[index] = { area: path('area'), line: path('line'), dots: path('dots') }
  }

  #label (top: number, steps: number[]): void {
    const values = steps.map((step) => {
      const label = element('span', { textContent: this.options.format(step) })
      label.style.bottom = `${(step / top) * 100}%`
      return label
    })
    this.#values.replaceChildren(...values)
    this.#times.replaceChildren(...hourTicks(this.#from, this.#to).map((at) => {
      const label = element('span', { textContent: (this.options.formatTick ?? this.options.formatTime)(at) })
      label.style.left = `${((at - this.#from) / (this.#to - this.#from)) * 100}%`
      return label
    }))
    this.#plot.style.setProperty('--steps', String(Math.max(1, steps.length - 1)))
  }

  #point (clientX: number | undefined): void {
    this.#pointer = clientX
    const box = this.#plot.getBoundingClientRect()
    const at =
      clientX === undefined || box.width === 0
        ? undefined
        : this.#from + ((clientX - box.left) / box.width) * (this.#to - this.#from)
    const points =
      at === undefined
        ? []
        : this.#series.flatMap(({ name, points }) => {
            const nearest = points.reduce<Point | undefined>(
              (best, point) =>
                point.value !== null && (best === undefined || Math.abs(point.at - at) < Math.abs(best.at - at))
                  ? point
                  : best,
              undefined
            )
            return nearest === undefined ? [] : [{ name, ...nearest }]
          })
    const [first] = points
    this.#mark.hidden = this.#said.hidden = first === undefined
    if (first === undefined) return
    const share = Math.min(1, Math.max(0, (first.at - this.#from) / (this.#to - this.#from)))
    this.#mark.style.left = `${share * 100}%`
    this.#said.style.left = `${share * 100}%`
    this.#said.classList.toggle('left', share > 0.5)
    const told = points
      .map(({ name, value }) => `${points.length > 1 ? `${name} ` : ''}${this.options.format(value!)}`)
      .join(' · ')
    setText(this.#said, `${this.options.formatTime(first.at)}  ${told}`)
  }
}

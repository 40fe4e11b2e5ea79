import type { Point } from './line-chart'

/** For how long figures are kept by the page. */
export const recentMs = 5 * 60_000

/** The least time that is shown: a page that was just opened has little to show. */
const leastMs = 60_000

/** The last minutes of one figure. */
export class Recent {
  readonly points: Point[] = []

  add (at: number, value: number | null): void {
    this.points.push({ at, value })
    const first = this.points.findIndex((point) => point.at >= at - recentMs)
    this.points.splice(0, first)
  }

  /** Where the picture begins. */
  from (now: number): number { return Math.min(this.points[0]?.at ?? now, now - leastMs) }
}

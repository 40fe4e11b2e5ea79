/** Where the values of an axis from 0 stand: two to four round ones, the last one at or above the greatest value. */
export function ticks (greatest: number, least: number): { top: number, steps: number[] } {
  if (greatest <= 0) return { top: 1, steps: [0] }
  const rough = Math.max(greatest / 3, least)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough)!
  const count = Math.ceil(greatest / step)
  return { top: count * step, steps: Array.from({ length: count + 1 }, (_, index) => index * step) }
}

const hourMs = 3_600_000

/** Round hours between two times, at most six of them; those of a day or more begin at midnight. */
export function hourTicks (from: number, to: number): number[] {
  const step = [1, 2, 3, 6, 12, 24, 48].find((hours) => (to - from) / (hours * hourMs) <= 5) ?? 96
  const first = new Date(from)
  first.setHours(0, 0, 0, 0)
  const times: number[] = []
  for (const time = first; time.getTime() < to; time.setHours(time.getHours() + step)) {
    if (time.getTime() >= from) times.push(time.getTime())
  }
  return times
}

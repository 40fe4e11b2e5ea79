/** A deterministic source of choices (mulberry32), so that one number replays a whole document. */
export class Random {
  constructor (seed) {
    this.state = (seed ^ 0x9e3779b9) >>> 0
    for (let i = 0; i < 4; i++) this.uint32()
  }

  uint32 () {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }

  /** An integer from 0 to n - 1; 0 for n = 0. */
  below (n) {
    return n <= 1 ? 0 : Math.floor(this.uint32() / 4294967296 * n)
  }

  between (low, high) {
    return low + this.below(high - low + 1)
  }

  chance (probability) {
    return this.uint32() / 4294967296 < probability
  }

  pick (list) {
    return list[this.below(list.length)]
  }

  shuffle (list) {
    const copy = list.slice()
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      ;[copy[i], copy[j]] = [copy[j], copy[i]]
    }
    return copy
  }

  bytes (length) {
    return Uint8Array.from({ length }, () => this.below(256))
  }
}

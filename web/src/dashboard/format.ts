const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const tenths = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23'
})
const hour = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const moment = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23'
})

/** `12,345`; below ten with a tenth unless it is whole. */
export function count (value: number): string {
  return value < 10 && !Number.isInteger(Math.round(value * 10) / 10) ? tenths.format(value) : whole.format(value)
}

/** `12.3 kB`, by powers of 1,000. */
export function bytes (value: number): string {
  let unit = 0
  while (value >= 999.5 && unit < 4) {
    value /= 1000
    unit++
  }
  return `${value < 10 && unit > 0 ? tenths.format(value) : whole.format(value)} ${['B', 'kB', 'MB', 'GB', 'TB'][unit]}`
}

export function perSecond (text: string): string { return `${text}/s` }

/** A duration in seconds: `0.8 ms`, `14 ms`, `2.5 s`. */
export function duration (seconds: number): string {
  if (seconds < 0.9995)
    return seconds < 0.00995 ? `${tenths.format(seconds * 1000)} ms` : `${whole.format(seconds * 1000)} ms`
  return seconds < 9.95 ? `${tenths.format(seconds)} s` : `${whole.format(seconds)} s`
}

export function percent (share: number): string { return `${whole.format(share * 100)} %` }

/** How long something lasts: `12 s`, `5 min`, `3 h 20 min`, `2 days 4 h`. */
export function span (milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  const days = Math.floor(hours / 24)
  return `${days} ${days === 1 ? 'day' : 'days'}${hours % 24 === 0 ? '' : ` ${hours % 24} h`}`
}

export function since (time: string): string { return span(Date.now() - Date.parse(time)) }

export function clockTime (time: number | string): string { return clock.format(new Date(time)) }

export function hourOf (time: number | string): string { return hour.format(new Date(time)) }

export function dayOf (time: number | string): string { return day.format(new Date(time)) }

export function momentOf (time: number | string): string { return moment.format(new Date(time)) }

/** A name as it can be shown: what moves or hides letters is written out. Anybody may have given it. */
export function printable (name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu, (one) => `\\u{${one.codePointAt(0)!.toString(16)}}`)
}

import { type Api, Refusal } from './api'
import type { View } from './view'

export type StreamState =
  | { kind: 'connecting' }
  | { kind: 'live' }
  | { kind: 'lost', since: number }
  /** Another token is needed. */
  | { kind: 'refused', reason: string, hadToken: boolean }

/** Events come more often than once a second; silence is a lost connection that nobody has noticed. */
const silenceMs = 5000
const firstRetryMs = 500
const longestRetryMs = 5000

/** The node's stream of events, read again and again. A browser's own EventSource cannot send a token. */
export class Events {
  #state: StreamState = { kind: 'connecting' }
  #wake: (() => void) | undefined

  constructor (
    private readonly api: Api,
    private readonly onView: (view: View) => void,
    private readonly onState: (state: StreamState) => void
  ) {}

  /** Goes on after a refusal. */
  retry (): void { this.#wake?.() }

  async run (): Promise<never> {
    for (let failures = 0; ; failures++) {
      try {
        await this.#read(() => { failures = 0 })
      } catch (error) {
        if (error instanceof Refusal && error.isAboutToken) {
          this.#enter({ kind: 'refused', reason: error.message, hadToken: this.api.hasToken })
          await new Promise<void>((resolve) => { this.#wake = resolve })
          this.#enter({ kind: 'connecting' })
          continue
        }
      }
      if (this.#state.kind === 'live') this.#enter({ kind: 'lost', since: Date.now() })
      else if (this.#state.kind === 'connecting' && failures > 1) this.#enter({ kind: 'lost', since: Date.now() })
      await this.#pause(Math.min(firstRetryMs * 2 ** failures, longestRetryMs))
    }
  }

  async #read (onEvent: () => void): Promise<void> {
    const abort = new AbortController()
    let watchdog = setTimeout(() => abort.abort(), silenceMs)
    try {
      const answer = await this.api.ask('api/dashboard/events', { signal: abort.signal })
      const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
      let text = ''
      for (;;) {
        const { value, done } = await reader.read()
        if (done) return
        text += value
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const event = text.slice(0, end)
          text = text.slice(end + 2)
          if (!event.startsWith('data: ')) continue
          clearTimeout(watchdog)
          watchdog = setTimeout(() => abort.abort(), silenceMs)
          onEvent()
          this.#enter({ kind: 'live' })
          this.onView(JSON.parse(event.slice('data: '.length)) as View)
        }
      }
    } finally {
      clearTimeout(watchdog)
      abort.abort()
    }
  }

  /** A network that is back is not waited for. */
  #pause (milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        removeEventListener('online', end)
        resolve()
      }
      const timer = setTimeout(end, milliseconds)
      addEventListener('online', end)
      this.#wake = end
    })
  }

  #enter (state: StreamState): void {
    if (state.kind === this.#state.kind && state.kind !== 'refused') return
    this.#state = state
    this.onState(state)
  }
}

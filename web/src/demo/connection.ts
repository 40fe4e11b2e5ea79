import { WebsocketProvider } from 'y-websocket'
import type * as Y from 'yjs'
import type { Awareness } from 'y-protocols/awareness'
import { yjsRoom, yjsServer } from './document-name'

export type ConnectionState =
  | { kind: 'connecting' }
  | { kind: 'synced' }
  | { kind: 'offline' }
  /** The relay said not to come back. */
  | { kind: 'refused', reason: string }

/** A node that stops sends its clients to another one, which takes an instant: too short to alarm anybody. */
const graceAfterLossMs = 1500
const graceAtFirstMs = 5000

/** The way to the relay: an unmodified y-websocket provider, and what to tell people about it. */
export class Connection {
  readonly awareness: Awareness
  readonly #provider: WebsocketProvider
  readonly #listeners = new Set<(state: ConnectionState) => void>()
  #state: ConnectionState = { kind: 'connecting' }
  #grace: ReturnType<typeof setTimeout> | undefined
  #unsent = false
  #everSynced = false
  #asks = false

  constructor (doc: Y.Doc, documentName: string, token: string | null) {
    const page = new URL(location.href)
    // Tabs of one browser could also talk to each other directly; here everything goes through the relay, because it is
    // the relay that is shown.
    const provider = new WebsocketProvider(yjsServer(page), yjsRoom(documentName), doc, {
      disableBc: true,
      params: token === null ? {} : { token }
    })
    this.#provider = provider
    this.awareness = provider.awareness

    provider.on('sync', (synced) => {
      if (!synced) return
      this.#unsent = false
      this.#everSynced = true
      this.#enter({ kind: 'synced' })
    })
    provider.on('status', ({ status }) => {
      if (status === 'connected') this.#enter({ kind: 'connecting' })
    })
    provider.on('connection-close', () => {
      this.#lost(graceAfterLossMs)
      // The others were told that we left. They take us back only if we say something newer than what they knew of us
      // then.
      this.awareness.setLocalState(this.awareness.getLocalState())
    })
    provider.on('connection-error', () => { void this.#askWhy() })
    provider.on('closed', ({ code, reason }) => this.#enter({ kind: 'refused', reason: reason || `code ${code}` }))
    doc.on('update', (_update, origin) => {
      if (origin !== provider && !provider.synced) this.#unsent = true
    })
    // The old socket may be dead without knowing it, and would notice only after half a minute.
    addEventListener('online', () => provider.ws?.close())
    this.#lost(graceAtFirstMs)
  }

  get state (): ConnectionState { return this.#state }

  /** Whether the document has been here in full at least once. */
  get everSynced (): boolean { return this.#everSynced }

  /** Whether closing the page now would lose something. */
  get hasUnsentChanges (): boolean {
    return this.#unsent || (this.#provider.ws?.bufferedAmount ?? 0) > 0
  }

  /** Tells the state now and whenever it changes. */
  watch (listener: (state: ConnectionState) => void): void {
    this.#listeners.add(listener)
    listener(this.#state)
  }

  /** Tries again although the relay said not to come back. */
  retry (): void {
    this.#enter({ kind: 'connecting' })
    this.#provider.connect()
  }

  /**
   * Browsers do not tell why a WebSocket was refused. A plain request to the same address is answered in the same way,
   * with a sentence.
   */
  async #askWhy (): Promise<void> {
    if (this.#asks || !navigator.onLine) return
    this.#asks = true
    try {
      const answer = await fetch(this.#provider.url.replace(/^ws/, 'http'), { cache: 'no-store' })
      if (answer.status === 401 || answer.status === 403) {
        const problem = await answer.json() as { detail: string }
        this.#provider.disconnect()
        this.#enter({ kind: 'refused', reason: problem.detail })
      }
    } catch {
      // Nobody answers: that is not a refusal.
    } finally {
      this.#asks = false
    }
  }

  #lost (grace: number): void {
    if (this.#state.kind === 'offline' || this.#state.kind === 'refused' || this.#grace !== undefined) return
    if (this.#state.kind === 'synced') this.#enter({ kind: 'connecting' })
    this.#grace = setTimeout(() => this.#enter({ kind: 'offline' }), grace)
  }

  #enter (state: ConnectionState): void {
    // An open socket ends the wait for one; losing it starts another.
    clearTimeout(this.#grace)
    this.#grace = undefined
    this.#state = state
    for (const listener of this.#listeners) listener(state)
  }
}

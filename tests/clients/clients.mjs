// Stock Yjs clients, as an application opens them.
import WebSocket from 'ws'
import * as Y from 'yjs'
import { WebsocketProvider } from 'y-websocket'
import { inTime, waitFor } from './wait.mjs'

export { waitFor, inTime } from './wait.mjs'
export { Y }

// Every provider listens for the end of the process, and a test may have a hundred.
process.setMaxListeners(0)

/**
 * Opens a document as an application in Node would: an unmodified provider, no BroadcastChannel, so that everything
 * goes through the node.
 * @param {{ after: Function }} t the test; the client leaves when it is over
 * @param {{ yjs: string }} relay
 * @param {string} name
 * @param {object} [options] options of the provider, and `doc` and `Provider`
 */
export const openClient = (t, relay, name, { doc = new Y.Doc(), Provider = WebsocketProvider, ...options } = {}) => {
  const provider = new Provider(relay.yjs, name, doc, { WebSocketPolyfill: WebSocket, disableBc: true, ...options })
  const client = new Client(doc, provider)
  t.after(() => client.leave())
  return client
}

/** Opens a document and waits until it is synced. */
export const joinClient = async (t, relay, name, options) => {
  const client = openClient(t, relay, name, options)
  await client.synced()
  return client
}

class Client {
  /** The close codes of its connections, in order; undefined where it closed the connection itself. */
  closes = []

  constructor (doc, provider) {
    this.doc = doc
    this.provider = provider
    provider.on('connection-close', (event) => this.closes.push(event?.code))
  }

  get awareness () { return this.provider.awareness }

  get text () { return this.doc.getText('text') }

  get map () { return this.doc.getMap('map') }

  /** Waits for the provider's sync event. */
  async synced () {
    if (!this.provider.synced) {
      await inTime(
        new Promise((resolve) => this.provider.once('synced', resolve)),
        `the sync of "${this.provider.roomname}"`
      )
    }
  }

  /** Waits until `condition` holds, asked after every update. */
  async sees (condition, what) {
    if (condition(this.doc)) return
    let check
    try {
      await inTime(new Promise((resolve) => {
        check = () => { if (condition(this.doc)) resolve() }
        this.doc.on('update', check)
      }), what)
    } finally {
      this.doc.off('update', check)
    }
  }

  /** Goes offline without a word, as when the network is gone; `provider.connect()` comes back. */
  async dropConnection () {
    this.provider.shouldConnect = false
    const { ws } = this.provider
    if (ws === null) return
    const gone = new Promise((resolve) => this.provider.once('connection-close', resolve))
    ws.terminate()
    await inTime(gone, 'the end of a terminated connection')
  }

  leave () {
    this.provider.destroy()
    this.doc.destroy()
  }
}

/** What two documents must agree on: every struct and every deletion, and with them all content. */
export const sameState = (a, b) =>
  Buffer.compare(Y.encodeStateVector(a), Y.encodeStateVector(b)) === 0 &&
  Y.equalSnapshots(Y.snapshot(a), Y.snapshot(b))

/** Waits until all clients hold the same document. */
export const converged = (clients, what = 'all clients to hold the same document') =>
  waitFor(() => clients.every(({ doc }) => sameState(doc, clients[0].doc)), what)

/** Whether `doc` already says everything that the update `update` says. */
export const saysAll = (doc, update) => {
  let news = false
  const note = () => { news = true }
  doc.on('update', note)
  Y.applyUpdate(doc, update)
  doc.off('update', note)
  return !news && doc.store.pendingStructs === null && doc.store.pendingDs === null
}

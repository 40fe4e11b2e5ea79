// Stock Hocuspocus providers, as an application opens them: versions 2 and 3, and version 4 with what is new in it.
import WebSocket from 'ws'
import * as Y from 'yjs'
import * as two from 'hocuspocus-provider-2'
import * as three from 'hocuspocus-provider-3'
import * as four from 'hocuspocus-provider-4'
import { inTime, waitFor } from './wait.mjs'

const packages = { 2: two, 3: three, 4: four }

/**
 * As in a browser, where closing a socket that is not open yet throws nothing: providers take their listeners off
 * first, and then Node would end with an error that nobody hears.
 */
class BrowserLikeSocket extends WebSocket {
  constructor (...args) {
    super(...args)
    this.on('error', () => {})
  }
}

/** The versions of the provider that every test of one client is run with. */
export const versions = [3, 4]

/** Those that must at least be told truly whether they are connected. */
export const allVersions = [2, 3, 4]

/**
 * Opens a socket without any document on it.
 * @param {{ after: Function }} t the test; the socket is closed when it is over
 * @param {{ ws: string }} relay
 * @param {object} [options] options of the socket, and `version` and `path`
 */
export const openSocket = (t, relay, { version = 4, path = '/hocuspocus', ...options } = {}) => {
  const socket = new packages[version].HocuspocusProviderWebsocket({
    url: relay.ws + path,
    WebSocketPolyfill: BrowserLikeSocket,
    delay: 100,
    minDelay: 50,
    maxDelay: 300,
    ...options
  })
  socket.version = version
  t.after(() => socket.destroy())
  return socket
}

/** Opens a document on a socket. */
export const openDocument = (t, socket, name, { doc = new Y.Doc(), token = 'any', ...options } = {}) => {
  const member = new Member(socket, name, doc, token, options)
  t.after(() => member.leave())
  return member
}

/** Opens a document, on a socket of its own unless one is given, and waits until it is synced. */
export const joinDocument = async (
  t,
  relay,
  name,
  { version, path, socket = openSocket(t, relay, { version, path }), ...options } = {}
) => {
  const member = openDocument(t, socket, name, options)
  await member.synced()
  return member
}

class Member {
  /** What the provider told the application, in order. */
  failures = []
  closes = []
  received = []
  scopes = []

  constructor (socket, name, doc, token, options) {
    this.doc = doc
    this.name = name
    this.socket = socket
    this.provider = new packages[socket.version].HocuspocusProvider({
      websocketProvider: socket,
      name,
      document: doc,
      token,
      onAuthenticationFailed: ({ reason }) => this.failures.push(reason),
      onAuthenticated: ({ scope } = {}) => this.scopes.push(scope ?? this.provider?.authorizedScope),
      onClose: ({ event }) => this.closes.push(event.reason),
      onStateless: ({ payload }) => this.received.push(payload),
      ...options
    })
    // Version 2 attaches itself.
    this.provider.attach?.()
  }

  get text () { return this.doc.getText('text') }

  get awareness () { return this.provider.awareness }

  get hasUnsyncedChanges () { return this.provider.hasUnsyncedChanges }

  async synced () { await waitFor(() => this.provider.synced, `the sync of "${this.name}"`) }

  /** Waits until the node has said of everything that it is in the log. */
  async saved () { await waitFor(() => this.provider.synced && !this.hasUnsyncedChanges, `"${this.name}" to be saved`) }

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

  async reads (text) { await this.sees(() => this.text.toString() === text, `"${text}" in "${this.name}"`) }

  leave () {
    this.provider.destroy()
    this.doc.destroy()
  }
}

/** The network is gone; the provider notices, and comes back by itself. */
export const dropConnection = async (socket) => {
  const ws = socket.webSocket
  ws.terminate()
  await waitFor(() => socket.webSocket !== ws, 'the provider to notice')
}

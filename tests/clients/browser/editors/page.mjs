// What a test does with an editor in a page. The binding of an editor writes in local transactions, a provider applies
// what it receives in others. No user types in these pages, so a local update is the editor's own doing.
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { Awareness } from 'y-protocols/awareness'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

/**
 * Offers an editor to the test.
 * @param {(element: HTMLElement, doc: Y.Doc, awareness: Awareness) => Promise<() => unknown>} mount mounts it, bound
 *   to the document, and returns a function that says what it shows, as JSON
 */
export const offer = (mount) => { window.reader = new Reader(mount) }

const stateOf = async (name) => {
  const answer = await fetch(`/api/documents/${encodeURIComponent(name)}`)
  return new Uint8Array(await answer.arrayBuffer())
}

/** Waits until the editor has nothing more to do: bindings work in microtasks, timers of 0 ms and frames. */
const settled = async () => {
  for (let turn = 0; turn < 2; turn++) {
    await new Promise(requestAnimationFrame)
    await new Promise((resolve) => requestIdleCallback(resolve))
  }
}

class Reader {
  #mount
  #doc
  #shows
  #provider
  #wrote = []

  constructor (mount) { this.#mount = mount }

  /** Opens an editor, on what `early` names if that is given, and gives it the whole document in one piece. */
  async readAlone (name, early) {
    const doc = new Y.Doc()
    await this.#open(doc, new Awareness(doc), early)
    Y.applyUpdate(doc, await stateOf(name), 'alone')
    return await this.tell()
  }

  /** Opens an editor, on what `early` names if that is given, connects it, and waits until it is synced. */
  async connect ({ protocol, url, name, early }) {
    const doc = new Y.Doc()
    this.#provider = protocol === 'y-websocket' ? websocket(url, name, doc) : hocuspocus(url, name, doc)
    await this.#open(doc, this.#provider.awareness, early)
    await this.#provider.connect()
    await settled()
  }

  /** Waits until the writer's last word is here. */
  async readToTheEnd () {
    const end = this.#doc.getMap('end')
    await new Promise((resolve) => {
      const look = () => { if (end.has('end')) resolve() }
      this.#doc.on('update', look)
      look()
    })
  }

  /** What the editor wrote, what it shows, and what can be read in the page. */
  async tell () {
    await settled()
    const shown = new TextEncoder().encode(JSON.stringify(this.#shows()))
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', shown))
    return {
      wrote: this.#wrote,
      shows: [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
      letters: document.getElementById('editor').textContent.length
    }
  }

  /** Closes the connection; resolves when the relay has taken everything that was sent before. */
  async leave () { await this.#provider.leave() }

  async #open (doc, awareness, early) {
    this.#doc = doc
    doc.on('update', (update, origin, _, { local }) => {
      if (local) this.#wrote.push(`${update.length} bytes from ${origin?.constructor?.name ?? origin}`)
    })
    const element = document.getElementById('editor')
    this.#shows = await this.#mount(element, doc, awareness)
    await settled()
    if (early !== undefined) {
      // As a store in the browser does, under an editor that is there already.
      Y.applyUpdate(doc, await stateOf(early), 'store')
      await settled()
    }
  }
}

const websocket = (url, name, doc) => {
  const provider = new WebsocketProvider(`${url}/yjs`, name, doc, { connect: false, disableBc: true })
  return {
    awareness: provider.awareness,
    async connect () {
      const synced = new Promise((resolve) => provider.on('sync', (is) => is && resolve()))
      provider.connect()
      await synced
    },
    async leave () {
      const closed = new Promise((resolve) => provider.ws.addEventListener('close', resolve))
      provider.destroy()
      await closed
    }
  }
}

const hocuspocus = (url, name, doc) => {
  const socket = new HocuspocusProviderWebsocket({ url: `${url}/hocuspocus`, autoConnect: false })
  const provider = new HocuspocusProvider({ websocketProvider: socket, name, document: doc, token: 'any' })
  return {
    awareness: provider.awareness,
    async connect () {
      const synced = new Promise((resolve) => provider.on('synced', resolve))
      provider.attach()
      await socket.connect()
      await synced
    },
    async leave () {
      const closed = new Promise((resolve) => socket.webSocket.addEventListener('close', resolve))
      provider.destroy()
      socket.destroy()
      await closed
    }
  }
}

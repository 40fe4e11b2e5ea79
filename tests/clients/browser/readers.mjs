// Readers of a document: an editor in a page, and what it does with what a relay sends it.
import * as decoding from 'lib0/decoding'
import { bundle } from './editors/bundle.mjs'
import { Line } from '../line.mjs'
import { saysAll, Y } from '../clients.mjs'
import { inTime, patience } from '../wait.mjs'

const html = (editor) => `<!doctype html><meta charset="utf-8"><title>${editor}</title><link rel="icon" href="data:,">
<div id="editor"></div><script src="/editors/${editor}.js"></script>`

/** The pages of all editors, served under whatever address a context has for the relay. */
export const openEditors = async (browser) => {
  const scripts = await bundle()
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 } })
  context.setDefaultTimeout(patience)
  await context.route('**/editors/*', async (route) => {
    const file = new URL(route.request().url()).pathname.slice('/editors/'.length)
    if (file.endsWith('.js')) await route.fulfill({ contentType: 'text/javascript', body: scripts.get(file.slice(0, -3)) })
    else await route.fulfill({ contentType: 'text/html', body: html(file) })
  })
  return context
}

/**
 * Somebody opens a page with an editor, over a line of their own.
 * @param {{ after: Function }} t the page is closed after it
 */
export const openReader = async (t, context, relay, editor) => {
  const line = await Line.to(relay)
  const reader = new Reader(await context.newPage(), line)
  t.after(() => reader.close())
  await reader.page.goto(`${line.url}/editors/${editor}`)
  return reader
}

class Reader {
  /** What went wrong in the page. */
  complaints = []
  /** Frames in both directions, oldest first. */
  sent = []
  received = []

  constructor (page, line) {
    this.page = page
    this.line = line
    page.on('pageerror', (error) => this.complaints.push(error.stack))
    page.on('console', (message) => { if (message.type() === 'error') this.complaints.push(message.text()) })
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => this.sent.push(payload))
      socket.on('framereceived', ({ payload }) => this.received.push(payload))
    })
  }

  /** What the editor makes of the document when it comes in one piece and without a relay. */
  async readsAlone (name, early) {
    return await this.#does('readAlone', name, early)
  }

  async connects (protocol, name, early) {
    this.read = protocol === 'y-websocket' ? syncMessage : documentSyncMessage
    const url = this.line.url.replace('http', 'ws')
    await this.#does('connect', { protocol, url, name, early })
  }

  async readsToTheEnd () { await this.#does('readsToTheEnd') }

  async tells () { return await this.#does('tells') }

  async leaves () { await this.#does('leave') }

  /** The frames that brought something into the document; a SyncStep2 of what the relay has already is none. */
  broughtInto (state) {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, state)
    const brought = this.sent.map(this.read).filter(({ kind, payload }) => kind === 'update' || (kind === 'step2' && !saysAll(doc, payload)))
    doc.destroy()
    return brought.map(({ kind, payload }) => `${kind} of ${payload.length} bytes`)
  }

  get receivedBytes () { return this.received.reduce((bytes, frame) => bytes + frame.length, 0) }

  async #does (what, ...given) {
    const done = this.page.evaluate(([what, given]) => window.reader[what](...given), [what, given])
    return await inTime(done, `"${what}" of a page that says ${this.complaints.map((text) => text.slice(0, 500))}`)
  }

  async close () {
    await this.page.close()
    this.line.takeDown()
  }
}

const syncMessage = (frame) => {
  const decoder = decoding.createDecoder(frame)
  return decoding.readVarUint(decoder) === 0 ? rest(decoder) : {}
}

const documentSyncMessage = (frame) => {
  const decoder = decoding.createDecoder(frame)
  decoding.readVarString(decoder)
  return [0, 4].includes(decoding.readVarUint(decoder)) ? rest(decoder) : {}
}

const rest = (decoder) => ({ kind: ['step1', 'step2', 'update'][decoding.readVarUint(decoder)], payload: decoding.readVarUint8Array(decoder) })

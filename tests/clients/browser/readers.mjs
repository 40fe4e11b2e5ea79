// Readers of documents: pages with an editor, and what goes over their connections.
import * as decoding from 'lib0/decoding'
import { saysAll, Y } from '../clients.mjs'
import { Line } from '../line.mjs'
import { inTime, patience } from '../wait.mjs'
import { bundle } from './editors/bundle.mjs'

// Editors work for long on large updates where the machine is busy.
const editorsPatience = 4 * patience

const html = (editor) => `<!doctype html>
<meta charset="utf-8">
<title>${editor}</title>
<link rel="icon" href="data:,">
<div id="editor"></div>
<script src="/editors/${editor}.js"></script>`

/** The pages of all editors, as `/editors/…` of whatever node a page asks. */
export const openEditors = async (browser) => {
  const scripts = await bundle()
  // A page that no server sent counts as one from outside, which may not connect to this machine without a permission.
  const context = await browser.newContext({ permissions: ['local-network-access'] })
  context.setDefaultTimeout(patience)
  await context.route('**/editors/*', async (route) => {
    const file = new URL(route.request().url()).pathname.slice('/editors/'.length)
    const script = scripts.get(file.replace(/\.js$/, ''))
    await route.fulfill(file.endsWith('.js')
      ? { contentType: 'text/javascript; charset=utf-8', body: script }
      : { contentType: 'text/html', body: html(file) })
  })
  return context
}

/**
 * Opens a page with an editor, which reaches the node over a line of its own.
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
  #sent = []
  #read

  /** How many Updates came. */
  updates = 0

  constructor (page, line) {
    this.page = page
    this.line = line
    page.on('pageerror', (error) => this.complaints.push(error.stack))
    page.on('console', (message) => { if (message.type() === 'error') this.complaints.push(message.text()) })
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => this.#sent.push(payload))
      socket.on('framereceived', ({ payload }) => { if (this.#read(payload).kind === 'update') this.updates++ })
    })
  }

  /** What the editor makes of a document that comes in one piece and without a relay. */
  async readsAlone (name, early) { return await this.#does('readAlone', name, early) }

  async connects (protocol, name, early) {
    this.#read = protocol === 'y-websocket' ? readMessage : readDocumentMessage
    await this.#does('connect', { protocol, url: this.line.url.replace('http', 'ws'), name, early })
  }

  async readsToTheEnd () { await this.#does('readToTheEnd') }

  async tells () { return await this.#does('tell') }

  async leaves () { await this.#does('leave') }

  /** The messages that brought something into a document; a SyncStep2 of what the document has is none. */
  broughtInto (state) {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, state)
    const brings = ({ kind, payload }) => kind === 'update' || (kind === 'step2' && !saysAll(doc, payload))
    const brought = this.#sent.map(this.#read).filter(brings)
    doc.destroy()
    return brought.map(({ kind, payload }) => `${kind} of ${payload.length} bytes`)
  }

  async #does (what, ...given) {
    const done = this.page.evaluate(([what, given]) => window.reader[what](...given), [what, given])
    try {
      return await inTime(done, `"${what}" of a page`, editorsPatience)
    } catch (error) {
      error.message += [' The page says:', ...new Set(this.complaints)].join('\n').slice(0, 2000)
      throw error
    }
  }

  async close () {
    await this.page.close()
    this.line.takeDown()
  }
}

const readSync = (decoder) => {
  const kind = ['step1', 'step2', 'update'][decoding.readVarUint(decoder)]
  return { kind, payload: decoding.readVarUint8Array(decoder) }
}

/** A frame of y-websocket. */
const readMessage = (frame) => {
  const decoder = decoding.createDecoder(frame)
  return decoding.readVarUint(decoder) === 0 ? readSync(decoder) : {}
}

/** A frame of Hocuspocus: an address, a type, a content. */
const readDocumentMessage = (frame) => {
  const decoder = decoding.createDecoder(frame)
  decoding.readVarString(decoder)
  return [0, 4].includes(decoding.readVarUint(decoder)) ? readSync(decoder) : {}
}

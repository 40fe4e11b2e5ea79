// People in front of the demo page, in a real browser. Everybody reaches the node over a line of their own that a test
// can cut.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import * as Y from 'yjs'
import { patience, waitFor } from '../wait.mjs'
import { Line } from '../line.mjs'

const executablePath = process.env.RELAY_TEST_CHROMIUM ?? '/usr/bin/chromium'
const args = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'
]

/** For `describe`: where there is no browser its tests are left out, but not in CI. */
export const whereBrowserIs = {
  skip: !existsSync(executablePath) && !process.env.CI ? `no browser at ${executablePath}` : false
}

/**
 * An `after` by which what began last ends first, pages before the node that they talk to; the test runner's own does
 * it the other way round.
 * @param {{ after: Function }} t a test, or in a `describe` the module `node:test`, for use in `before` hooks, whose
 *   own `after` means the end of the hook
 */
export const lastFirst = (t) => {
  const ends = []
  t.after(async () => {
    // Each of them, whatever the others come to: a node that is left running keeps the tests from ending.
    const failures = []
    for (const end of ends.reverse()) {
      try {
        await end()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  })
  return { after: (end) => ends.push(end) }
}

/** @param {{ after: Function }} t the browser closes after it */
export const openBrowser = async (t) => {
  const browser = await chromium.launch({ executablePath, args })
  t.after(() => browser.close())
  return browser
}

/**
 * Somebody opens the demo page and waits until it is synced.
 * @param {{ after: Function }} t when it is over, the page must have said no error and asked no other host
 * @param {import('playwright-core').Browser} browser
 * @param {{ url: string }} relay
 * @param {object} [options]
 * @param {string} [options.name] the name that this browser remembers
 * @param {string} [options.document] the document to open; default: none, as at a first visit
 * @param {object} [options.context] how the browser is, e.g. `{ viewport: { width: 360, height: 740 } }`
 * @param {() => void} [options.script] runs in the page before its own scripts
 * @param {boolean} [options.synced] whether to wait for the document
 */
export const openPage = async (
  t,
  browser,
  relay,
  { name, document, context: options = {}, script, synced = true } = {}
) => {
  const line = await Line.to(relay)
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options })
  context.setDefaultTimeout(patience)
  // Once, so that a test can see what the page itself remembers.
  if (name !== undefined) {
    await context.addInitScript(
      (given) => localStorage.getItem('relay.name') ?? localStorage.setItem('relay.name', given),
      name
    )
  }
  if (script !== undefined) await context.addInitScript(script)
  const person = new Person(context, await context.newPage(), line)
  t.after(() => person.leave())
  await person.visit(document)
  if (synced) await person.reaches('synced')
  return person
}

class Person {
  #complaints = []

  /** Whether lost connections are part of the test; browsers report each of them as an error. */
  expectsLosses = false

  constructor (context, page, line) {
    this.context = context
    this.page = page
    this.line = line
    this.watch(page)
  }

  /** Notes what must not happen on a page. */
  watch (page) {
    const note = (what) => this.#complaints.push(what)
    page.on('pageerror', (error) => note(`error: ${error.stack}`))
    page.on('console', (message) => {
      // A page asks by a plain request why its WebSocket failed.
      const isLoss =
        /^(WebSocket connection to '[^']+' failed|Failed to load resource: (net::ERR_|.* status of 426))/.test(
          message.text()
        )
      if (['error', 'warning'].includes(message.type()) && !(isLoss && this.expectsLosses))
        note(`${message.type()}: ${message.text()}`)
    })
    const own = (address) => new URL(address).host === new URL(this.line.url).host || note(`asked ${address}`)
    page.on('request', (request) => own(request.url()))
    page.on('websocket', (socket) => own(socket.url()))
    page.on(
      'response',
      (response) =>
        response.status() < 400 ||
        (this.expectsLosses && response.status() === 426) ||
        note(`${response.status()} for ${response.url()}`)
    )
  }

  async visit (document) {
    await this.page.goto(this.line.url + (document === undefined ? '/' : `/?doc=${encodeURIComponent(document)}`))
  }

  /** Waits for a state of the connection, as the page shows it. */
  async reaches (state) {
    await this.page.waitForSelector(`#status[data-state="${state}"]`)
  }

  /** The document's name in the address bar. */
  get document () { return new URL(this.page.url()).searchParams.get('doc') }

  get editor () { return this.page.locator('#editor') }

  /** Types at the end of the text. */
  async types (text) {
    await this.editor.focus()
    await this.page.keyboard.press('Control+End')
    await this.page.keyboard.type(text)
  }

  /**
   * Repeats an undo or a redo until the page offers no more of it: what was typed slowly, as on a busy machine, is
   * several steps.
   */
  async exhausts (action, gesture) {
    const button = this.page.locator(`[data-action=${action}]`)
    for (let left = 20; await button.getAttribute('aria-disabled') !== 'true'; left--) {
      if (left === 0) throw new Error(`"${action}" has no end`)
      await gesture()
    }
  }

  /** The text, a line for each block, without the cursors of others. */
  async text () {
    return await this.editor.evaluate((editor) =>
      [...editor.children].map((block) => block.textContent.replaceAll('\u2060', '')).join('\n')
    )
  }

  async sees (text) {
    await waitFor(async () => (await this.text()).includes(text), `"${text}" on a page`)
  }

  /** The names of the others in the list of who is here. */
  async others () {
    return await this.page.locator('#people .name').allTextContents()
  }

  async seesPeople (...names) {
    const wanted = names.sort().join(', ')
    await waitFor(
      async () => (await this.others()).sort().join(', ') === wanted,
      `the list of people to be "${wanted}"`
    )
  }

  /**
   * The text before somebody's cursor in its block, or null if that cursor is in no block: it is not to be seen, or
   * stands between blocks, as in a document whose first paragraph is still to come.
   */
  async textBeforeCaret (name) {
    return await this.editor.evaluate((editor, wanted) => {
      const caret = [...editor.querySelectorAll('.caret')].find(({ dataset }) => dataset.name === wanted)
      const block = caret?.closest('p, h1, h2, h3, pre')
      if (!block) return null
      const range = new Range()
      range.setStart(block, 0)
      range.setEndBefore(caret)
      return range.toString().replaceAll('\u2060', '')
    }, name)
  }

  async seesCaret (name, textBefore) {
    await waitFor(
      async () => (await this.textBeforeCaret(name)) === textBefore,
      `the cursor of ${name} after "${textBefore}"`
    )
  }

  /** Forgets complaints that a test brought about. */
  forgives (pattern) {
    this.#complaints = this.#complaints.filter((complaint) => !pattern.test(complaint))
  }

  async leave () {
    await this.context.close()
    this.line.takeDown()
    assert.deepEqual(this.#complaints.splice(0), [], 'the page should have nothing to complain about')
  }
}

/** Waits until the node has logged what was typed: a page that is left may drop what it has not sent yet. */
export const logs = async (relay, document, text, headers = {}) => {
  await waitFor(async () => {
    const answer = await fetch(`${relay.url}/api/documents/${encodeURIComponent(document)}`, { headers })
    const state = new Uint8Array(await answer.arrayBuffer())
    if (!answer.ok) return false
    const doc = new Y.Doc()
    Y.applyUpdate(doc, state)
    const has = doc.getXmlFragment('prosemirror').toString().includes(text)
    doc.destroy()
    return has
  }, `"${text}" to be logged`)
}

/** Waits until everybody's page shows the same text, and returns it. */
export const agreed = async (...people) => {
  let texts
  await waitFor(async () => {
    texts = await Promise.all(people.map((person) => person.text()))
    return texts.every((text) => text === texts[0])
  }, 'all pages to show the same text')
  return texts[0]
}

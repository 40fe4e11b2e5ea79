// An administrator in front of the dashboard, in a real browser.
import assert from 'node:assert/strict'
import { patience, waitFor } from '../wait.mjs'

/**
 * Opens the dashboard.
 * @param {{ after: Function }} t when it is over, the page must have said no error and asked no other host
 * @param {import('playwright-core').Browser} browser
 * @param {{ url: string }} relay
 * @param {object} [options]
 * @param {string} [options.hash] what stands behind the `#`
 * @param {object} [options.context] how the browser is
 * @param {string} [options.state] the state of the connection that is waited for, or `any`
 */
export const openDashboard = async (t, browser, relay, { hash = '', context: options = {}, state = 'live' } = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  context.setDefaultTimeout(patience)
  const dashboard = new Dashboard(relay, context, await context.newPage())
  t.after(() => dashboard.leave())
  await dashboard.page.goto(`${relay.url}/dashboard${hash}`)
  await dashboard.reaches(state)
  return dashboard
}

class Dashboard {
  #complaints = []

  /** Whether lost connections are part of the test; browsers report each of them as an error. */
  expectsLosses = false

  constructor (relay, context, page) {
    this.relay = relay
    this.context = context
    this.page = page
    const note = (what) => this.#complaints.push(what)
    page.on('pageerror', (error) => note(`error: ${error.stack}`))
    page.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return
      note(`${message.type()}: ${message.text()} ${message.location().url}`)
    })
    page.on('request', (request) => {
      if (new URL(request.url()).host !== new URL(relay.url).host) note(`asked ${request.url()}`)
    })
  }

  /** Waits for a state of the connection, as the page shows it; `any` is live or refused. */
  async reaches (state) {
    await this.page.waitForSelector(
      state === 'any' ? '#status:is([data-state="live"], [data-state="refused"])' : `#status[data-state="${state}"]`
    )
  }

  async isLive () { return await this.page.locator('#status').getAttribute('data-state') === 'live' }

  /** The text of a figure at the top. */
  figure (id) { return this.page.locator(`#figure-${id} .value`).textContent() }

  async sees (id, text) { await waitFor(async () => await this.figure(id) === text, `${id} to be ${text}`) }

  /** The rows of a table, each as its cells' texts by their titles. */
  rows (id) {
    return this.page
      .locator(`#${id} tbody tr`)
      .evaluateAll((rows) =>
        rows.map((row) => Object.fromEntries([...row.cells].map((cell) => [cell.dataset.label, cell.textContent])))
      )
  }

  async seesRow (id, condition, what) {
    return await waitFor(async () => (await this.rows(id)).find(condition), what)
  }

  /** Waits until it says this of the services, whose text is taken for one line. */
  async seesServices (pattern) {
    await waitFor(
      async () => pattern.test((await this.page.locator('#services').innerText()).replaceAll(/\s+/g, ' ')),
      `the services to be ${pattern}`
    )
  }

  /** How wide the page is beyond its window. */
  overflow () {
    return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  }

  async takes (token) {
    await this.page.locator('#token').fill(token)
    await this.page.locator('#token').press('Enter')
  }

  /** A picture for people who want to look; only where a folder for it is named. */
  async pictures (name) {
    const folder = process.env.RELAY_TEST_PICTURES
    if (folder) await this.page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
  }

  /** Forgets complaints that a test brought about. */
  forgives (pattern) { this.#complaints = this.#complaints.filter((complaint) => !pattern.test(complaint)) }

  async leave () {
    await this.context.close()
    // Where no metadata is kept the page asks once whether it is.
    this.forgives(/status of 501/)
    // A room that was just opened is not in the metadata for some seconds.
    this.forgives(/status of 404.*\/(history|connections)/)
    if (this.expectsLosses) this.forgives(/net::ERR_|status of 503/)
    assert.deepEqual(this.#complaints.splice(0), [], 'the page should have nothing to complain about')
  }
}

import assert from 'node:assert/strict'
import * as test from 'node:test'
import { startRelay } from '../relay.mjs'
import { waitFor } from '../wait.mjs'
import { agreed, lastFirst, openBrowser, openPage, whereBrowserIs } from './browser.mjs'

test.describe('The connection of the demo page', whereBrowserIs, () => {
  let browser
  const all = lastFirst(test)
  test.before(async () => { browser = await openBrowser(all) })

  /** Two people who know that the connection will be lost. */
  const openTwo = async (t, relay, document) => {
    const people = await Promise.all(['Anna', 'Boris'].map((name) => openPage(t, browser, relay, { name, document })))
    for (const person of people) person.expectsLosses = true
    return people
  }

  test.it('comes back after it was cut, with what both typed meanwhile', async (context) => {
    const t = lastFirst(context)
    const [a, b] = await openTwo(t, await startRelay(t), 'cut')
    await a.types('start')
    await b.sees('start')

    a.line.cut()
    await a.reaches('offline')
    assert.match(await a.page.locator('#notice').innerText(), /You are offline.*your changes are kept/s)
    await b.seesPeople()
    await a.types(' alone')
    await b.types(' away')
    assert.equal(await a.text(), 'start alone')
    assert.equal(await b.text(), 'start away')

    a.line.mend()
    await a.reaches('synced')
    await b.sees('alone')
    await a.sees('away')
    const text = await agreed(a, b)
    assert.equal(text.length, 'start alone away'.length)
    assert.equal(await a.page.locator('#notice').isVisible(), false)
    await a.seesPeople('Boris')
    await b.seesPeople('Anna')
  })

  test.it('survives a restart of the node, and nothing is lost', async (context) => {
    const t = lastFirst(context)
    const relay = await startRelay(t)
    const [a, b] = await openTwo(t, relay, 'restart')
    await a.types('before')
    await b.sees('before')

    assert.equal(await relay.stop(), 0)
    await Promise.all([a.reaches('offline'), b.reaches('offline')])
    await Promise.all([a.types(' while-a'), b.types(' while-b')])

    await relay.start()
    await Promise.all([a.reaches('synced'), b.reaches('synced')])
    await Promise.all([a.sees('while-b'), b.sees('while-a')])
    await a.types(' after')
    await b.sees('after')
    const text = await agreed(a, b)
    for (const part of ['before', 'while-a', 'while-b', 'after'])
      assert.equal(text.split(part).length, 2, `${part} is once in "${text}"`)

    const late = await openPage(t, browser, relay, { document: 'restart' })
    await waitFor(async () => await late.text() === text, 'the same text on a page that is opened later')
  })

  test.it('does not alarm anybody about a moment', async (context) => {
    const t = lastFirst(context)
    const [a] = await openTwo(t, await startRelay(t), 'moment')
    // The page's time stands still, so that a moment is one on a slow machine too.
    await a.page.clock.install()
    await a.page.clock.pauseAt(Date.now() + 60_000)
    await a.page.evaluate(() => {
      window.states = []
      new MutationObserver(() => window.states.push(document.getElementById('status').dataset.state))
        .observe(document.getElementById('status'), { attributeFilter: ['data-state'] })
    })
    a.line.cut()
    await a.reaches('connecting')
    a.line.mend()
    await a.page.clock.runFor(1000)
    await a.reaches('synced')
    assert.deepEqual(await a.page.evaluate(() => [...new Set(window.states)]), ['connecting', 'synced'])

    a.line.cut()
    await a.reaches('connecting')
    await a.page.clock.runFor(5000)
    await a.reaches('offline')
  })

  test.it('warns before changes are thrown away, and only then', async (context) => {
    const t = lastFirst(context)
    const relay = await startRelay(t)
    const [a, b] = await openTwo(t, relay, 'warn')
    const warns = () => a.page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })))
    // The browser may tell the page later than the other one has it that it has sent something.
    const isCalm = () => waitFor(async () => !await warns(), 'the page to have sent everything')
    await a.types('sent')
    await b.sees('sent')
    await isCalm()
    a.line.cut()
    await a.reaches('offline')
    assert.equal(await warns(), false)
    await a.types(' not sent')
    assert.equal(await warns(), true)
    a.line.mend()
    await b.sees('not sent')
    await a.reaches('synced')
    await isCalm()
  })

  test.it('says why a relay does not open a document, and does not ask again by itself', async (context) => {
    const t = lastFirst(context)
    const relay = await startRelay(t)
    const a = await openPage(t, browser, relay, {
      document: 'refused',
      synced: false,
      // A node that asks for tokens is not needed to see what the page does with its answer.
      script: () => {
        window.opened = 0
        const Real = window.WebSocket
        window.WebSocket = class extends Real {
          constructor (...args) {
            super(...args)
            window.opened++
            const refuse = (event) => {
              event.stopImmediatePropagation()
              this.onclose?.(new CloseEvent('close', { code: 4403, reason: 'This token does not allow the document.' }))
            }
            if (window.opened === 1) this.addEventListener('open', refuse)
          }
        }
      }
    })
    await a.reaches('refused')
    assert.match(await a.page.locator('#notice').innerText(), /This token does not allow the document\./)
    assert.equal(await a.page.evaluate(() => window.opened), 1)
    await a.page.getByRole('button', { name: 'Try again' }).click()
    await a.reaches('synced')
  })
})

import assert from 'node:assert/strict'
import * as test from 'node:test'
import { startGuardedRelay } from '../tokens.mjs'
import { lastFirst, logs, openBrowser, openPage, whereBrowserIs } from './browser.mjs'

test.describe('The demo page of a node that asks for tokens', whereBrowserIs, () => {
  let browser
  const all = lastFirst(test)
  test.before(async () => { browser = await openBrowser(all) })

  test.it('says why it is refused, and opens with the link that has a token', async (context) => {
    const t = lastFirst(context)
    const { relay, token } = await startGuardedRelay(t)
    const a = await openPage(t, browser, relay, { document: 'plan', synced: false })
    const refused = async (sentence) => {
      await a.reaches('refused')
      assert.match(await a.page.locator('#notice').innerText(), sentence)
    }
    await refused(/A token is needed\./)
    const follow = async (link) => {
      await a.page.goto('about:blank')
      await a.page.goto(link)
    }
    await follow(`${a.line.url}/?doc=plan#token=${token('ada', { notes: 'write' })}`)
    await refused(/The token does not allow to read this document\./)
    await follow(`${a.line.url}/?doc=plan#token=${token('ada', { plan: 'write' })}`)
    await a.reaches('synced')
    await a.types('in')
    await logs(relay, 'plan', 'in', { authorization: `Bearer ${token('ada', { plan: 'read' })}` })
    assert.equal(a.page.url(), `${a.line.url}/?doc=plan`)
    await a.page.reload()
    await a.sees('in')
    a.forgives(/40[13]|WebSocket connection to/)
  })
})

// The page that describes the API: it is shown with what the node itself sends, and under its policy.
import assert from 'node:assert/strict'
import * as test from 'node:test'
import { startGuardedRelay } from '../tokens.mjs'
import { lastFirst, openBrowser, whereBrowserIs } from './browser.mjs'

test.describe('The description of the API', whereBrowserIs, () => {
  test.it('is a page that asks no other host, and runs no other script', async (context) => {
    const t = lastFirst(context)
    const { relay } = await startGuardedRelay(t)
    const browser = await openBrowser(t)
    const page = await browser.newPage()
    const complaints = []
    const hosts = new Set()
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => hosts.add(new URL(request.url()).host))
    await page.goto(`${relay.url}/api`)
    assert.equal(page.url(), `${relay.url}/api/`)
    await page.getByRole('heading', { name: /The whole document, with everything/ }).first().waitFor()
    await page.getByText('Takes an update; may be repeated.').first().waitFor()
    assert.deepEqual(complaints, [])
    assert.deepEqual([...hosts].filter((host) => host !== '' && host !== new URL(relay.url).host), [])

    // A script that somebody brought into the page would not run.
    await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'window.isForeign = true'
      document.body.append(script)
    })
    assert.equal(await page.evaluate(() => window.isForeign), undefined)
    assert.match(complaints.join('\n'), /Content Security Policy/)
  })
})

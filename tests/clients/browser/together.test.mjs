import assert from 'node:assert/strict'
import * as test from 'node:test'
import WebSocket from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { joinClient, sameState } from '../clients.mjs'
import { startRelay } from '../relay.mjs'
import { waitFor } from '../wait.mjs'
import { agreed, lastFirst, openBrowser, openPage, whereBrowserIs } from './browser.mjs'

test.describe('People on the demo page', whereBrowserIs, () => {
  let relay, browser
  const all = lastFirst(test)
  test.before(async () => {
    relay = await startRelay(all)
    browser = await openBrowser(all)
  })

  const anna = (t, document, options) => openPage(t, browser, relay, { name: 'Anna', document, ...options })
  const boris = (t, document, options) => openPage(t, browser, relay, { name: 'Boris', document, ...options })

  test.it('see what the others type, with its form', async (t) => {
    const [a, b] = await Promise.all([anna(t, 'form'), boris(t, 'form')])
    await a.types('# Shopping')
    await a.page.keyboard.press('Enter')
    await a.types('- bread')
    await b.sees('bread')
    await b.types(' and butter')
    await a.sees('bread and butter')
    assert.equal(await agreed(a, b), 'Shopping\nbread and butter')
    assert.equal(await b.page.locator('#editor h1').textContent(), 'Shopping')
    assert.match(await a.page.locator('#editor ul > li').textContent(), /bread and butter/)
  })

  test.it('see the same text after all have typed at once', async (t) => {
    const people = [
      await anna(t, 'at once'),
      await boris(t, 'at once'),
      await openPage(t, browser, relay, { name: 'Chiara', document: 'at once' })
    ]
    await Promise.all(
      people.map(async (person, index) => {
        for (let word = 0; word < 12; word++) await person.types('abc'[index].repeat(3))
      })
    )
    // In an empty text each of them begins a paragraph.
    const letters = async (person) => [...(await person.text()).replaceAll('\n', '')].sort().join('')
    await Promise.all(
      people.map((person) => waitFor(async () => (await letters(person)).length === 3 * 12 * 3, 'all letters'))
    )
    assert.equal(await letters(people[0]), 'a'.repeat(36) + 'b'.repeat(36) + 'c'.repeat(36))
    await agreed(...people)
  })

  test.it('see who is here, and a name that changes', async (t) => {
    const a = await anna(t, 'names')
    assert.equal(await a.page.locator('#people-count').textContent(), 'Nobody else is here yet')
    const b = await boris(t, 'names')
    await a.seesPeople('Boris')
    await b.seesPeople('Anna')
    await b.types('here')
    await a.seesCaret('Boris', 'here')

    await b.page.locator('#my-name').fill('Boris the Baker')
    await a.seesPeople('Boris the Baker')
    await b.editor.focus()
    await a.seesCaret('Boris the Baker', 'here')
    assert.equal(await a.page.locator('#people .chip').last().locator('.avatar').textContent(), 'BB')

    await b.visit('names')
    await b.reaches('synced')
    assert.equal(await b.page.locator('#my-name').inputValue(), 'Boris the Baker')
    await a.seesPeople('Boris the Baker')
    await b.leave()
    await a.seesPeople()
  })

  test.it('see the cursors and selections of the others in their colours', async (t) => {
    const [a, b] = await Promise.all([anna(t, 'cursors'), boris(t, 'cursors')])
    await a.types('one two')
    await b.seesCaret('Anna', 'one two')
    await a.page.keyboard.press('ArrowLeft')
    await b.seesCaret('Anna', 'one tw')
    await b.types(' three')
    await a.seesCaret('Boris', 'one two three')
    await b.seesCaret('Anna', 'one tw')

    await a.page.keyboard.press('Shift+Home')
    await waitFor(
      async () => (await b.page.locator('#editor .selection').allTextContents()).join('') === 'one tw',
      'the selection of Anna'
    )

    const color = (selector) =>
      b.page.locator(selector).evaluate((element) => getComputedStyle(element).getPropertyValue('--person'))
    assert.equal(await color('#editor .caret'), await color('#people li:has(.name)'))
    assert.notEqual(await color('#me'), await color('#editor .caret'))
    assert.equal(
      await b.page.locator('#editor .caret').evaluate((caret) => getComputedStyle(caret, '::after').content),
      '"Anna"'
    )

    await a.page.locator('#my-name').focus()
    await waitFor(
      async () => (await b.textBeforeCaret('Anna')) === null,
      'the cursor of Anna to go when she leaves the text'
    )
  })

  test.it('see the cursor of somebody whose text is still on its way when the text is there', async (t) => {
    const a = await anna(t, 'early cursor')
    await a.types('steady')
    const writer = await joinClient(t, relay, 'early cursor')
    await writer.sees((doc) => doc.getXmlFragment('prosemirror').toString().includes('steady'), 'what Anna typed')
    const draft = new Y.Doc()
    Y.applyUpdate(draft, Y.encodeStateAsUpdate(writer.doc))
    const [paragraph, text] = [new Y.XmlElement('paragraph'), new Y.XmlText('soon')]
    paragraph.push([text])
    draft.getXmlFragment('prosemirror').push([paragraph])
    const place = Y.createRelativePositionFromTypeIndex(text, 2)
    const user = { name: 'Boris', color: '#305080' }
    writer.awareness.setLocalState({ user, cursor: { anchor: place, head: place } })
    await a.seesPeople('Boris')
    assert.equal(await a.textBeforeCaret('Boris'), null)
    assert.equal(await a.text(), 'steady')
    Y.applyUpdate(writer.doc, Y.encodeStateAsUpdate(draft))
    await a.seesCaret('Boris', 'so')
    assert.equal(await a.text(), 'steady\nsoon')
    assert.ok(sameState(writer.doc, draft), 'the page has changed the document')
  })

  test.it('take back only what they typed themselves', async (t) => {
    const [a, b] = await Promise.all([anna(t, 'undo'), boris(t, 'undo')])
    await a.types('mine ')
    await b.sees('mine')
    assert.equal(await b.page.locator('[data-action=undo]').getAttribute('aria-disabled'), 'true')
    await b.types('yours')
    await a.sees('mine yours')
    await a.exhausts('undo', () => a.editor.press('Control+z'))
    await b.sees('yours')
    assert.equal(await agreed(a, b), 'yours')
    await a.exhausts('redo', () => a.page.click('[data-action=redo]'))
    await b.sees('mine yours')
    await b.exhausts('undo', () => b.page.click('[data-action=undo]'))
    await waitFor(async () => await a.text() === 'mine ', 'only the text of Anna')
  })

  test.it('are not harmed by what a stranger says about themselves', async (t) => {
    const a = await anna(t, 'stranger')
    await a.types('steady')
    const doc = new Y.Doc()
    const provider = new WebsocketProvider(relay.yjs, 'stranger', doc, {
      WebSocketPolyfill: WebSocket,
      disableBc: true
    })
    t.after(() => {
      provider.destroy()
      doc.destroy()
    })
    for (const state of [
      { user: 'no object', cursor: { anchor: {}, head: {} } },
      { user: { name: 'n', color: 'url(http://example.invalid/)' }, cursor: 'nowhere' },
      { user: { name: 7, color: {} }, cursor: { anchor: { item: { client: 1, clock: -1 } }, head: { tname: 4 } } },
      { user: null, cursor: { anchor: { item: { client: 'x' } }, head: null } },
      { user: { name: `<img src=x onerror=alert(1)>${'W'.repeat(5000)}`, color: '#000000' } }
    ]) {
      provider.awareness.setLocalState(state)
      provider.awareness.setLocalStateField('step', Math.random())
    }
    await waitFor(async () => (await a.others()).some((name) => name.startsWith('<img')), 'the last of the names')
    assert.equal((await a.others())[0].length, 32)
    assert.equal(await a.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true)
    await a.types(' still')
    await a.sees('steady still')
  })

  test.it('find the text again when all had left', async (t) => {
    const a = await anna(t, 'again')
    await a.types('not gone')
    const b = await boris(t, 'again')
    await b.sees('not gone')
    await a.leave()
    await b.leave()
    const c = await anna(t, 'again')
    await c.sees('not gone')
  })

  test.it('can be one person with two tabs', async (t) => {
    const a = await anna(t, 'tabs')
    const page = await a.context.newPage()
    a.watch(page)
    await page.goto(a.page.url())
    await page.waitForSelector('#status[data-state="synced"]')
    await a.types('one tab')
    await waitFor(
      async () => (await page.locator('#editor').textContent()).includes('one tab'),
      'the text in the other tab'
    )
    await a.seesPeople('Anna')
  })
})

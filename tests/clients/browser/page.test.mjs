import assert from 'node:assert/strict'
import * as test from 'node:test'
import { startRelay } from '../relay.mjs'
import { waitFor } from '../wait.mjs'
import { lastFirst, logs, openBrowser, openPage, whereBrowserIs } from './browser.mjs'
import { faintTexts } from './contrast.mjs'
import { runForeignCode } from './foreign-code.mjs'

test.describe('The demo page', whereBrowserIs, () => {
  let relay, browser
  const all = lastFirst(test)
  test.before(async () => {
    relay = await startRelay(all)
    browser = await openBrowser(all)
  })

  const open = (t, options) => openPage(t, browser, relay, options)
  const focused = (person) =>
    person.page.evaluate(
      () =>
        document.activeElement.id || document.activeElement.dataset.action || document.activeElement.textContent.trim()
    )

  test.it('gives each first visit a document of its own', async (t) => {
    const [a, b] = await Promise.all([open(t), open(t)])
    assert.match(a.document, /^[a-z]+-[a-z]+-[a-z2-9]{6}$/)
    assert.notEqual(a.document, b.document)
    assert.equal(await a.page.locator('h1').first().textContent(), a.document)
    assert.equal(await a.page.title(), `${a.document} – Relay`)
    assert.match(await a.page.locator('#my-name').inputValue(), /^[A-Z][a-z]+ [A-Z][a-z]+$/)
  })

  test.it('starts a new document on request', async (t) => {
    const a = await open(t, { document: 'first' })
    await a.types('old')
    await logs(relay, 'first', 'old')
    await a.page.getByRole('link', { name: 'New document' }).click()
    await waitFor(() => a.document !== 'first' && a.document !== null, 'another document in the address')
    await a.reaches('synced')
    assert.equal(await a.text(), '')
    await a.page.goBack()
    await a.sees('old')
  })

  for (const document of ['a b/c', 'Ünïcode 文書 🎈', 'what?#%41&=+', 'x'.repeat(300)]) {
    test.it(`opens a document with the name ${JSON.stringify(document.slice(0, 20))}`, async (t) => {
      const a = await open(t, { document, name: 'Anna' })
      assert.equal(a.document, document)
      await a.types('named')
      const b = await open(t, { document })
      await b.sees('named')
      await b.seesPeople('Anna')
    })
  }

  for (const document of ['..', 'a/../b', ' ', 'é'.repeat(600)]) {
    test.it(
      `takes another name than ${JSON.stringify(document.slice(0, 10))}, which no address can hold`,
      async (t) => {
        const a = await open(t, { document })
        assert.match(a.document, /^[a-z]+-[a-z]+-[a-z2-9]{6}$/)
      }
    )
  }

  test.it('keeps a token to itself', async (t) => {
    const a = await open(t, { document: 'token' })
    const asked = a.page.waitForEvent('websocket')
    await a.page.goto('about:blank')
    await a.page.goto(`${a.line.url}/?doc=token#token=secret`)
    assert.equal(new URL((await asked).url()).search, '?token=secret')
    assert.equal(a.page.url(), `${a.line.url}/?doc=token`)
    assert.equal(await a.page.locator('#share-link').inputValue(), a.page.url())
  })

  test.it('can be used with the keyboard alone', async (t) => {
    const a = await open(t, { document: 'keyboard', context: { permissions: ['clipboard-read', 'clipboard-write'] } })
    const { keyboard } = a.page
    const stops = []
    for (let stop = 0; stop < 6; stop++) {
      await keyboard.press('Tab')
      stops.push(await focused(a))
      const shown = await a.page.evaluate(() => {
        const { activeElement } = document
        const visible = (element) =>
          getComputedStyle(element).outlineStyle !== 'none' && element.getBoundingClientRect().top >= 0
        return activeElement.id === 'editor' || visible(activeElement) || visible(activeElement.closest('.chip'))
      })
      assert.ok(shown, `the focus on "${stops.at(-1)}" can be seen`)
    }
    assert.deepEqual(stops, ['Skip to the text', 'New document', 'share', 'my-name', 'undo', 'editor'])

    await keyboard.type('plain ')
    await keyboard.press('Alt+F10')
    assert.equal(await focused(a), 'undo')
    for (const key of ['ArrowRight', 'ArrowRight']) await keyboard.press(key)
    assert.equal(await focused(a), 'bold')
    await keyboard.press('Enter')
    assert.equal(await focused(a), 'editor')
    assert.equal(await a.page.locator('[data-action=bold]').getAttribute('aria-pressed'), 'true')
    await keyboard.type('bold')
    assert.equal(await a.page.locator('#editor strong').textContent(), 'bold')
    await keyboard.press('Shift+Tab')
    assert.equal(await focused(a), 'bold')
    await keyboard.press('End')
    assert.equal(await focused(a), 'code-block')
    await keyboard.press('ArrowRight')
    assert.equal(await focused(a), 'undo')
    await keyboard.press('Escape')
    assert.equal(await focused(a), 'editor')

    await a.page.locator('#share').focus()
    await keyboard.press('Enter')
    assert.equal(await focused(a), 'copy-link')
    await keyboard.press('Enter')
    await a.page.getByText('Copied.').waitFor()
    assert.equal(await a.page.evaluate(() => navigator.clipboard.readText()), a.page.url())
    await keyboard.press('Escape')
    assert.equal(await focused(a), 'share')
    assert.equal(await a.page.locator('#share-dialog').isVisible(), false)
  })

  test.it('copies the link where browsers offer no clipboard', async (t) => {
    const a = await open(t, { context: { permissions: ['clipboard-read', 'clipboard-write'] } })
    await a.page.evaluate(() => {
      window.clipboard = navigator.clipboard
      Object.defineProperty(navigator, 'clipboard', { value: undefined })
    })
    await a.page.click('#share')
    await a.page.click('#copy-link')
    await a.page.getByText('Copied.').waitFor()
    assert.equal(await a.page.evaluate(() => window.clipboard.readText()), a.page.url())
  })

  test.it('lets Tab move list items, and out of the text after Escape', async (t) => {
    const a = await open(t)
    const { keyboard } = a.page
    await a.types('- one')
    await keyboard.press('Enter')
    await keyboard.type('two')
    await keyboard.press('Tab')
    assert.equal(await a.page.locator('#editor li li').textContent(), 'two')
    await keyboard.press('Shift+Tab')
    assert.equal(await a.page.locator('#editor li li').count(), 0)
    await keyboard.press('Escape')
    await keyboard.press('Tab')
    assert.equal(await focused(a), 'help')
  })

  for (const [action, selector, key] of [
    ['bold', 'strong', 'Control+b'],
    ['italic', 'em', 'Control+i'],
    ['strike', 's', 'Control+Shift+x'],
    ['code', 'p code', 'Control+e'],
    ['heading-1', 'h1', 'Control+Alt+1'],
    ['heading-2', 'h2', 'Control+Alt+2'],
    ['heading-3', 'h3', 'Control+Alt+3'],
    ['bullets', 'ul li', 'Control+Shift+8'],
    ['numbers', 'ol li', 'Control+Shift+7'],
    ['quote', 'blockquote', 'Control+Shift+9'],
    ['code-block', 'pre', 'Control+Alt+c']
  ]) {
    test.it(`has "${action}" as a button and as a key, on and off`, async (t) => {
      const a = await open(t)
      await a.types('word')
      await a.page.keyboard.press('Control+a')
      const formed = a.page.locator(`#editor ${selector}`)
      const button = a.page.locator(`[data-action=${action}]`)
      for (const act of [() => button.click(), () => a.page.keyboard.press(key)]) {
        await act()
        assert.equal(await formed.textContent(), 'word')
        assert.equal(await button.getAttribute('aria-pressed'), 'true')
        await act()
        assert.equal(await formed.count(), 0)
        assert.equal(await button.getAttribute('aria-pressed'), 'false')
      }
      assert.equal(await a.text(), 'word')
    })
  }

  test.it('takes only what it knows from a paste', async (t) => {
    const a = await open(t)
    await a.editor.focus()
    await a.page.evaluate(() => {
      const data = new DataTransfer()
      data.setData(
        'text/html',
        '<h1 style="color:red" onclick="x()">Big</h1>' +
          '<b style="font-weight:normal"><p>A <a href="javascript:x()">link</a> and <b>bold</b>' +
          '<img src="http://example.invalid/x.png"><script>x()</' +
          'script></p></b>'
      )
      document.activeElement.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
      )
    })
    await a.sees('A link and bold')
    assert.equal(
      await a.editor.evaluate(
        (editor) => editor.querySelectorAll('a, img:not(.ProseMirror-separator), script, [style], [onclick]').length
      ),
      0
    )
    assert.equal(await a.page.locator('#editor strong').textContent(), 'bold')
    // The browser says that it did not run the script that was pasted.
    a.forgives(/inline event handler/)
  })

  test.it('fits a phone', async (t) => {
    const a = await open(t, {
      name: 'A rather long name for a person',
      document: 'phone',
      context: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }
    })
    const people = await Promise.all(
      ['Boris', 'Chiara Rossi', 'Dora', 'Emil', 'Fatima', 'Goran'].map((name) => open(t, { name, document: 'phone' }))
    )
    await a.seesPeople('Boris', 'Chiara Rossi', 'Dora', 'Emil', 'Fatima', 'Goran')
    await a.types('W'.repeat(120))
    await a.page.keyboard.press('Enter')
    await a.page.locator('[data-action=code-block]').tap()
    await a.page.keyboard.type('code '.repeat(10) + '_'.repeat(90))
    await people[0].types('')
    const width = () => a.page.evaluate(() => document.documentElement.scrollWidth)
    assert.equal(await width(), 360)
    const small = await a.page
      .locator('.tool, .button:visible')
      .evaluateAll(
        (all) =>
          all
            .map((one) => one.getBoundingClientRect())
            .filter(({ width, height, left, right }) => width < 40 || height < 40 || left < 0 || right > 360).length
      )
    assert.equal(small, 0)
    for (const opener of ['#share', '#help']) {
      await a.page.locator(opener).tap()
      const { left, right } = await a.page
        .locator('dialog[open]')
        .evaluate((dialog) => dialog.getBoundingClientRect().toJSON())
      assert.ok(left >= 0 && right <= 360)
      assert.equal(await width(), 360)
      await a.page.keyboard.press('Escape')
    }
  })

  for (const colorScheme of ['light', 'dark']) {
    test.it(`can be read when it is ${colorScheme}`, async (t) => {
      const a = await open(t, { context: { colorScheme } })
      await a.types('Text')
      const [ground] = await a.page.evaluate(() =>
        getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number)
      )
      assert.equal(ground > 128, colorScheme === 'light')
      const texts =
        '.brand, h1, .status, .button, .quiet, .avatar, #my-name, .link, .tool:not([aria-disabled=true]), #editor p'
      assert.deepEqual(await faintTexts(a.page, texts), [])
    })
  }

  test.it('loads little, names its packages\' licences, and allows no foreign code', async (t) => {
    const a = await open(t)
    const loaded = await a.page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name, decodedBodySize }) => [new URL(name).pathname, decodedBodySize])
    )
    assert.ok(loaded.reduce((sum, [, size]) => sum + size, 0) < 450_000, JSON.stringify(loaded))
    const licences = await a.page.request.get(`${a.line.url}/licenses.txt`)
    assert.match(await licences.text(), /\nyjs [\d.]+ \(MIT\)\n/)
    const ran = await runForeignCode(a.page).finally(() => a.forgives(/Content Security Policy/))
    assert.deepEqual(ran, ['script-src-elem', undefined])
  })
})

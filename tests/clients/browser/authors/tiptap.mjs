// A document of Tiptap with its StarterKit, tables and images.
import { element, marked, replace } from './elements.mjs'
import { picture } from './picture.mjs'

/** About the bytes that a section has beside its long text. */
export const overhead = 1500

const parts = 8
const cell = { colspan: 1, rowspan: 1 }
const paragraph = (...texts) => element('paragraph', {}, ...texts)
const item = (...children) => element('listItem', {}, ...children)
const bullets = (...items) => element('bulletList', {}, ...items)
const numbers = (...items) => element('orderedList', { start: 1 }, ...items)
const row = (kind, ...texts) => element('tableRow', {}, ...texts.map((text) => element(kind, cell, paragraph(text))))

export const write = (doc, number, text) => {
  const page = doc.getXmlFragment('default')
  page.insert(number * parts, [
    element('heading', { level: 2 }, `Section ${number}`),
    element('blockquote', {}, paragraph('A quote of one paragraph')),
    bullets(item(paragraph('outer'), numbers(item(paragraph('inner')), item(paragraph('second'))))),
    element('table', {}, row('tableHeader', 'A', 'B'), row('tableCell', '1', '2'), row('tableCell', '3', '4')),
    element('image', { src: `${picture}#${number}`, alt: 'a picture' }),
    element('codeBlock', { language: 'js' }, 'let code'),
    element('paragraph', {}, marked('plain ', ['bold', { bold: {} }], [' both', { bold: {}, italic: {} }])),
    element('paragraph', {}, text)
  ])
}

export const revise = (doc, number) => {
  const page = doc.getXmlFragment('default')
  const [, quote, list, table, , , , long] = page.slice(number * parts, (number + 1) * parts)
  replace(quote, 0, element('heading', { level: 3 }, marked(['A quote', { strike: {} }], ' that is a heading')))
  const inner = list.get(0).get(1)
  replace(inner, 0, item(paragraph('instead of inner'), element('blockquote', {}, paragraph('inner quote'))))
  replace(table.get(1), 1, element('tableCell', cell, element('heading', { level: 4 }, 'a heading in a cell')))
  table.insert(3, [row('tableCell', 'five', 'six')])
  replace(table, 2, row('tableCell', 'instead of three', 'instead of four'))
  replace(page, number * parts + 4, element('image', { src: `${picture}#other${number}` }))
  replace(page, number * parts + 5, bullets(item(paragraph('no code any more'))))
  long.get(0).delete(20, 5)
}

export const mark = (doc, number) => {
  const [marks, long] = [6, 7].map((part) => doc.getXmlFragment('default').get(number * parts + part).get(0))
  marks.format(2, 8, { italic: {} })
  long.format(5, 5, { bold: {} })
}

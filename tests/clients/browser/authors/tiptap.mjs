// A document of Tiptap with its StarterKit, tables and images.
import { element, marked, replace } from './elements.mjs'

/** About the bytes that a section has beside its long text. */
export const overhead = 1500

const parts = 8
const cell = { colspan: 1, rowspan: 1 }
const paragraph = (...texts) => element('paragraph', {}, ...texts)
const item = (...children) => element('listItem', {}, ...children)
const row = (kind, ...texts) => element('tableRow', {}, ...texts.map((text) => element(kind, cell, paragraph(text))))

export const write = (doc, number, text) => {
  const page = doc.getXmlFragment('default')
  page.insert(number * parts, [
    element('heading', { level: 2 }, `Section ${number}`),
    element('blockquote', {}, paragraph('A quote of one paragraph')),
    element('bulletList', {}, item(paragraph('outer'), element('orderedList', { start: 1 }, item(paragraph('inner')), item(paragraph('second'))))),
    element('table', {}, row('tableHeader', 'A', 'B'), row('tableCell', 'one', 'two'), row('tableCell', 'three', 'four')),
    element('image', { src: `data:image/gif;base64,${number}`, alt: 'a picture' }),
    element('codeBlock', { language: 'js' }, 'let code'),
    element('paragraph', {}, marked('plain ', ['bold', { bold: {} }], [' both', { bold: {}, italic: {} }])),
    element('paragraph', {}, text)
  ])
}

export const revise = (doc, number) => {
  const page = doc.getXmlFragment('default')
  const [, quote, list, table, , , marks, long] = Array.from({ length: parts }, (_, part) => page.get(number * parts + part))
  replace(quote, 0, element('heading', { level: 3 }, 'A quote that is a heading'))
  const inner = list.get(0).get(1)
  replace(inner, 0, item(paragraph('instead of inner'), element('blockquote', {}, paragraph('inner quote'))))
  replace(table.get(1), 1, element('tableCell', cell, element('heading', { level: 4 }, 'a heading in a cell')))
  table.insert(3, [row('tableCell', 'five', 'six')])
  replace(table, 2, row('tableCell', 'instead of three', 'instead of four'))
  replace(page, number * parts + 4, element('image', { src: `data:image/gif;base64,other${number}` }))
  replace(page, number * parts + 5, element('bulletList', {}, item(paragraph('no code any more'))))
  marks.get(0).format(2, 8, { italic: {} })
  long.get(0).format(5, 5, { bold: {} })
  long.get(0).delete(20, 5)
}

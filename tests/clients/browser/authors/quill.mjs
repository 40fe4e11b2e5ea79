// A document of Quill: one text, whose lines have their form on the letter that ends them.
import { toDelta } from './elements.mjs'
import { picture } from './picture.mjs'

/** About the bytes that a section has beside its long text. */
export const overhead = 700

const line = (form, ...pieces) => [...pieces, ['\n', form]].map(toDelta)

export const write = (doc, number, text) => {
  const page = doc.getText('default')
  const row = (index, letters) => line({ table: `row-${number}-${index}` }, letters)
  page.applyDelta([
    ...(page.length > 0 ? [{ retain: page.length }] : []),
    ...line({ header: 2 }, `Section ${number}`),
    ...line({ blockquote: true }, 'A quote'),
    ...line({ list: 'bullet' }, 'outer'),
    ...line({ list: 'ordered', indent: 1 }, 'inner'),
    ...row(1, 'one'), ...row(1, 'two'), ...row(2, 'three'), ...row(2, 'four'),
    { insert: { image: `${picture}#${number}` } },
    ...line({ align: 'center' }, 'plain ', ['bold', { bold: true }], [' both', { bold: true, italic: true }]),
    { insert: `${text}\n` }
  ])
}

/** Says where letters begin in a section; an embed counts as one. */
const find = (doc, number) => {
  const page = doc.getText('default')
  const flat = page.toDelta().map(({ insert }) => typeof insert === 'string' ? insert : '\u0000').join('')
  const start = flat.indexOf(`Section ${number}\n`)
  return { page, at: (letters) => flat.indexOf(letters, start) }
}

export const revise = (doc, number) => {
  const { page, at } = find(doc, number)
  const quote = at('A quote\n')
  const inner = at('inner\n')
  const cell = at('two\n')
  const embed = at('\u0000')
  // From the end to the beginning, so that what was found stays where it is.
  page.delete(embed + 60, 5)
  page.delete(embed, 1)
  page.insertEmbed(embed, { image: `${picture}#other${number}` })
  page.delete(cell, 3)
  page.insert(cell, 'instead', { italic: true })
  page.format(inner + 5, 1, { list: 'bullet', indent: 2 })
  page.delete(inner, 5)
  page.insert(inner, 'instead of inner', { bold: true })
  page.format(quote + 7, 1, { blockquote: null, header: 3 })
  page.delete(quote, 7)
  page.insert(quote, 'A quote no more')
}

export const mark = (doc, number) => {
  const { page, at } = find(doc, number)
  const embed = at('\u0000')
  page.format(embed + 40, 5, { bold: true })
  page.format(embed + 3, 8, { italic: true })
}

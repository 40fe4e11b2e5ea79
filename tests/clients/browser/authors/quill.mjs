// A document of Quill: one text, whose lines have their form on the letter that ends them.
/** About the bytes that a section has beside its long text. */
export const overhead = 700

const line = (form, ...pieces) => [
  ...pieces.map((piece) => typeof piece === 'string' ? { insert: piece } : { insert: piece[0], attributes: piece[1] }),
  { insert: '\n', attributes: form }
]

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
    { insert: { image: `data:image/gif;base64,${number}` } },
    ...line({ align: 'center' }, 'plain ', ['bold', { bold: true }], [' both', { bold: true, italic: true }]),
    { insert: `${text}\n` }
  ])
}

export const revise = (doc, number) => {
  const page = doc.getText('default')
  // A position is looked for by the letters before it; an embed counts as one.
  const flat = page.toDelta().map(({ insert }) => typeof insert === 'string' ? insert : '\u0000').join('')
  const start = flat.indexOf(`Section ${number}\n`)
  const at = (letters) => flat.indexOf(letters, start)
  const quote = at('A quote\n')
  const inner = at('inner\n')
  const cell = at('two\n')
  const picture = at('\u0000')
  // From the end to the beginning, so that what was found stays where it is.
  page.delete(picture + 60, 5)
  page.format(picture + 40, 5, { bold: true })
  page.format(picture + 3, 8, { italic: true })
  page.delete(picture, 1)
  page.insertEmbed(picture, { image: `data:image/gif;base64,other${number}` })
  page.delete(cell, 3)
  page.insert(cell, 'instead', { italic: true })
  page.format(inner + 5, 1, { list: 'bullet', indent: 2 })
  page.delete(inner, 5)
  page.insert(inner, 'instead of inner', { bold: true })
  page.format(quote + 7, 1, { blockquote: null, header: 3 })
  page.delete(quote, 7)
  page.insert(quote, 'A quote no more')
}

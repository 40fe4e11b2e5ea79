import Quill from 'quill'
import { QuillBinding } from 'y-quill'
import { offer } from './page.mjs'

offer(async (element, doc, awareness) => {
  const quill = new Quill(element, { modules: { table: true } })
  new QuillBinding(doc.getText('default'), quill, awareness)
  return () => quill.getContents()
})

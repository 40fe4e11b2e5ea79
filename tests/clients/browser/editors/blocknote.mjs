import { BlockNoteEditor } from '@blocknote/core'
import { withCollaboration } from '@blocknote/core/yjs'
import { offer } from './page.mjs'

offer(async (element, doc, awareness) => {
  const fragment = doc.getXmlFragment('default')
  const user = { name: 'Reader', color: '#123456' }
  const collaboration = { fragment, user, provider: { awareness } }
  const editor = BlockNoteEditor.create(withCollaboration({ collaboration }))
  const mounted = new Promise((resolve) => editor.onMount(resolve))
  editor.mount(element)
  await mounted
  return () => editor.document
})

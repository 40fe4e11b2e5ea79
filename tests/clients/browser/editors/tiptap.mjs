import { Editor } from '@tiptap/core'
import Collaboration from '@tiptap/extension-collaboration'
import Image from '@tiptap/extension-image'
import { TableKit } from '@tiptap/extension-table'
import StarterKit from '@tiptap/starter-kit'
import { offer } from './page.mjs'

offer(async (element, doc) => {
  const collaboration = Collaboration.configure({ document: doc })
  const extensions = [StarterKit.configure({ undoRedo: false }), TableKit, Image, collaboration]
  const editor = new Editor({ element, extensions })
  await new Promise((resolve) => editor.on('create', resolve))
  return () => editor.getJSON()
})

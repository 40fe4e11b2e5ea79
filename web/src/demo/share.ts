import { byId } from './dom'

/** The dialog with the link to this document. */
export function setUpSharing (link: URL): void {
  const dialog = byId<HTMLDialogElement>('share-dialog')
  const field = byId<HTMLInputElement>('share-link')
  const copy = byId('copy-link')
  const said = byId('copy-said')
  const send = byId('send-link')
  field.value = link.href

  byId('share').addEventListener('click', () => {
    said.textContent = ''
    dialog.showModal()
    copy.focus()
    field.setSelectionRange(0, 0)
  })
  field.addEventListener('focus', () => field.select())
  copy.addEventListener('click', async () => {
    said.textContent = (await copyText(field))
      ? 'Copied. Send it to whoever should type with you.'
      : 'Please copy the link above by hand.'
  })

  send.hidden = typeof navigator.share !== 'function'
  send.addEventListener('click', () => {
    // People may change their mind; that is not an error.
    navigator.share({ title: document.title, url: link.href }).catch(() => {})
  })
}

/** Pages that do not come over https, such as a colleague's laptop in the same network, have no clipboard object. */
async function copyText (field: HTMLInputElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(field.value)
    return true
  } catch {
    field.select()
    return document.execCommand('copy')
  }
}

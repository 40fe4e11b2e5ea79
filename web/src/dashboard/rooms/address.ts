/** The address of a document's view: behind the `#`, where no server's log sees it. */
export function addressOf (name: string): string {
  return `#${new URLSearchParams({ document: name }).toString()}`
}

/** The document that this page's address names. */
export function shownRoom (): string | null {
  return new URLSearchParams(location.hash.slice(1)).get('document')
}

/** Adds a script to a page. Returns the directive that refused it, and what the script has left behind. */
export const runForeignCode = (page) =>
  page.evaluate(async () => {
    const refused = new Promise((resolve) =>
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => resolve(effectiveDirective), {
        once: true
      })
    )
    const script = document.createElement('script')
    script.textContent = 'window.ran = true'
    document.body.append(script)
    return [await refused, window.ran]
  })

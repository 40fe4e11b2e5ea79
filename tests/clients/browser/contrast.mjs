/** Texts of a page that stand out too little from what is behind them (WCAG 2, AA). */
export const faintTexts = (page, selector) =>
  page.evaluate((selector) => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
    const parse = (color) => {
      canvas.clearRect(0, 0, 1, 1)
      canvas.fillStyle = color
      canvas.fillRect(0, 0, 1, 1)
      return [...canvas.getImageData(0, 0, 1, 1).data]
    }
    const light = (color) =>
      parse(color)
        .slice(0, 3)
        .map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0)
    const behind = (element) => {
      const color = getComputedStyle(element).backgroundColor
      return element === document.documentElement || parse(color)[3] === 255 ? color : behind(element.parentElement)
    }
    return [...document.querySelectorAll(selector)]
      .filter(
        (element) =>
          element.checkVisibility() && element.textContent.trim() !== '' && element.getBoundingClientRect().width > 1
      )
      .map((element) => {
        const [high, low] = [light(getComputedStyle(element).color), light(behind(element))].sort((x, y) => y - x)
        return { what: element.outerHTML.slice(0, 80), contrast: (high + 0.05) / (low + 0.05) }
      })
      .filter(({ contrast }) => contrast < 4.5)
  }, selector)

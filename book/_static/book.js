// What scrolls sideways can be reached and scrolled with the keyboard.
const wide = '.math-scroll, .cell_output .output'
const tabStops = new ResizeObserver(entries => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0
    else target.removeAttribute('tabindex')
  }
})

// Paper is white: print in the light theme, and come back to the reader's.
let themeRead
addEventListener('beforeprint', () => {
  themeRead = document.documentElement.dataset.theme
  document.documentElement.dataset.theme = 'light'
})
addEventListener('afterprint', () => { document.documentElement.dataset.theme = themeRead })

document.addEventListener('DOMContentLoaded', () => {
  for (const el of document.querySelectorAll(wide)) tabStops.observe(el)
})

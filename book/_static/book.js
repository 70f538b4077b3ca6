// What scrolls sideways can be reached and scrolled with the keyboard.
const wide = '.math-scroll, .cell_output .output'
const tabStops = new ResizeObserver(entries => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0
    else target.removeAttribute('tabindex')
  }
})

document.addEventListener('DOMContentLoaded', () => {
  for (const el of document.querySelectorAll(wide)) tabStops.observe(el)
})

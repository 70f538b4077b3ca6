// Below each figure: a link to it, and a view of it that fills the window. Their ids come from
// book/_ext/figures.py. Without scripts there are figures and ids, and no buttons.
{
  const create = (tag, attributes, ...children) => {
    const node = document.createElement(tag)
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
    node.append(...children)
    return node
  }

  const name = create('p', { id: 'figure-view-name' })
  const sheet = create('div', { class: 'sheet', tabindex: 0, role: 'group', 'aria-labelledby': name.id })
  const close = create('button', {}, 'Close')
  const top = create('form', { method: 'dialog' }, name, close)
  const view = create('dialog', { class: 'figure-view', 'aria-labelledby': name.id }, top, sheet)
  let putBack = () => {}

  const open = (figure, title, button) => {
    const isImage = figure.matches('img')
    const shown = isImage ? figure.cloneNode() : figure.querySelector('.d2l-component, svg')
    const { width, height } = (isImage ? figure : shown).getBoundingClientRect()
    sheet.style.setProperty('--ratio', width / height)
    const own = figure.naturalWidth || width
    sheet.style.setProperty('--own', `${own > 1.3 * innerWidth ? own : 0}px`)
    // A component goes on in the view as it stands, and something of its size keeps its place.
    const place = create('div', { style: `height: ${height}px; margin: ${getComputedStyle(shown).margin}` })
    if (isImage) shown.removeAttribute('id')
    else shown.replaceWith(place)
    putBack = () => {
      if (isImage) shown.remove()
      else place.replaceWith(shown)
      button.focus({ preventScroll: true })
      putBack = () => {}
    }
    name.textContent = title
    sheet.append(shown)
    view.showModal()
    close.focus()
  }

  view.addEventListener('close', () => putBack())
  // Sphinx takes Escape for itself unless a button or an input has the focus.
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') view.close()
  }, true)
  addEventListener('beforeprint', () => view.close())

  document.addEventListener('DOMContentLoaded', () => {
    const figures = document.querySelectorAll('.bd-article .book-figure')
    figures.forEach((figure, i) => {
      const title = `figure ${i + 1}`
      const link = create('a', { href: `#${figure.id}`, 'aria-label': `Link to ${title}` }, 'Link')
      const button = create('button', { type: 'button', 'aria-label': `Full screen: ${title}` }, 'Full screen')
      button.addEventListener('click', () => open(figure, `Figure ${i + 1}`, button))
      figure.after(create('span', { class: 'figure-tools' }, link, button))
    })
    if (figures.length) figures[0].closest('.bd-article').append(view)
  })
}

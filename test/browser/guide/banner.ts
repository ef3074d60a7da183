// Shows who acts as whom, the time left, and Stop.

import { current, type Impersonation, leave, stop } from './impersonation.ts'

const find = (id: string) => document.getElementById(id) as HTMLElement

export function showBanner({ actor, subject, endsAt }: Impersonation): void {
  find('actor').textContent = actor
  find('subject').textContent = subject
  find('stop').onclick = () => stop().catch(showError)
  find('banner').hidden = false
  setInterval(showTimeLeft, 1000)
  showTimeLeft()

  function showTimeLeft() {
    if (!current()) return leave()
    const seconds = Math.ceil((endsAt - Date.now()) / 1000)
    find('time-left').textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  }
}

export function showError(error: Error): void {
  find('error').textContent = error.message
}

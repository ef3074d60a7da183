// Characters that a reader cannot see, but that change how the text around them looks: control characters, and those that
// turn the direction of text. Emoji need neither: they are joined by U+200D, and flags are spelled with tag characters.

/** Unicode: general category Cc, and the property Bidi_Control (UAX #9, "Trojan Source" CVE-2021-42574). */
const control = /[\p{Cc}\p{Bidi_Control}]/gu

/** A carriage return alone moves a terminal's cursor to the start of the line. So it is a line break only before a line feed. */
const controlInText = /(?!\t|\n|\r\n)[\p{Cc}\p{Bidi_Control}]/u

/** Whether a text of several lines has a control character. Tabs and line breaks are none. */
export function hasControls(text: string): boolean {
  return controlInText.test(text)
}

/** Takes the control characters out of a text of one line. */
export function withoutControls(text: string): string {
  return text.replace(control, '')
}

// Characters that a reader cannot see, but that change how the text around them looks: control characters, and those that
// turn the direction of text or set a part of it aside. Emoji need neither: they are joined by U+200D, and flags are spelled with tag characters.

// Unicode: general category Cc, the property Bidi_Control (UAX #9, "Trojan Source" CVE-2021-42574), and U+FFF9 to U+FFFB:
// a reader of plain text may leave out what stands between these (Unicode 17, chapter 23.8).

/** The line and paragraph separators (Zl, Zp) break a line of a log in some readers. */
const control = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\ufff9-\ufffb]/gu

/** A carriage return alone moves a terminal's cursor to the start of the line. So it is a line break only before a line feed. */
const controlInText = /(?!\t|\n|\r\n)[\p{Cc}\p{Bidi_Control}\ufff9-\ufffb]/u

/** Whether a text of several lines has a control character. Tabs and line breaks are none. */
export function hasControls(text: string): boolean {
  return controlInText.test(text)
}

/** Takes the control characters out of a text of one line. */
export function withoutControls(text: string): string {
  return text.replace(control, '')
}

// Characters that a reader cannot see, but that change how the text around them looks: control characters, and characters that
// change the direction of text or annotate it. Emoji need none of them: U+200D joins them, and tag characters spell flags.

// Unicode: general category Cc, the property Bidi_Control (UAX #9, "Trojan Source" CVE-2021-42574), and U+FFF9 to U+FFFB:
// a program that shows plain text may leave out the text between these (Unicode 17, chapter 23.8).

/** The line and paragraph separators (Zl, Zp) break a line of a log in some readers. */
const control = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\ufff9-\ufffb]/gu

/** A carriage return alone moves a terminal's cursor to the start of the line. So it is a line break only before a line feed. */
const controlInText = /(?!\t|\n|\r\n)[\p{Cc}\p{Bidi_Control}\ufff9-\ufffb]/u

/** Whether a text of several lines has a control character other than tabs and line breaks. */
export function hasControls(text: string): boolean {
  return controlInText.test(text)
}

/** Removes the control characters from a text of one line. */
export function withoutControls(text: string): string {
  return text.replace(control, '')
}

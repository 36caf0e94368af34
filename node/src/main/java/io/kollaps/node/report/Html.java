package io.kollaps.node.report;

/** Builds HTML: markup is ours, everything else is escaped. */
final class Html {
  private final StringBuilder out = new StringBuilder(16 * 1024);

  /** Appends markup as it is; only for literals of ours. */
  Html raw(String markup) {
    out.append(markup);
    return this;
  }

  /** Appends text from anywhere, harmless in element content and quoted attributes. */
  Html text(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '&' -> out.append("&amp;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(allowed(c) ? c : '\ufffd');
      }
    }
    return this;
  }

  /** Control characters have no form in HTML. */
  private static boolean allowed(char c) {
    return (c >= ' ' && c != 0x7f) || c == '\n' || c == '\t';
  }

  /** A table cell. */
  Html cell(String text) {
    return raw("<td>").text(text).raw("</td>");
  }

  /** A table cell with a number, aligned to the right. */
  Html number(String text) {
    return raw("<td class=\"n\">").text(text).raw("</td>");
  }

  /** A table's head; a name that begins with '#' is that of a column of numbers. */
  Html head(String... names) {
    raw("<thead><tr>");
    for (String name : names) {
      boolean number = name.startsWith("#");
      raw(number ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
      text(number ? name.substring(1) : name).raw("</th>");
    }
    return raw("</tr></thead>");
  }

  @Override
  public String toString() {
    return out.toString();
  }
}

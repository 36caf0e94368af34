package io.kollaps.node.results;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;

/** Comma-separated values as RFC 4180 has them, with LF at the end of a record. */
final class Csv {
  /** Longest record that is read: 1 MiB of characters; a longer one is not one of ours. */
  static final int MAX_RECORD_CHARS = 1024 * 1024;

  private Csv() {}

  /** Appends a field, quoted when it must be. */
  static void field(StringBuilder line, String value) {
    if (!needsQuotes(value)) {
      line.append(value);
      return;
    }
    line.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      line.append(c);
      if (c == '"') {
        line.append('"');
      }
    }
    line.append('"');
  }

  private static boolean needsQuotes(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == ',' || c == '"' || c == '\n' || c == '\r') {
        return true;
      }
    }
    return false;
  }

  /** Appends an offset in seconds with microseconds, e.g. {@code 12.025000}. */
  static void seconds(StringBuilder line, long nanos) {
    long micros = Math.round(nanos / 1e3);
    if (micros < 0) {
      line.append('-');
    }
    long magnitude = Math.abs(micros);
    line.append(magnitude / 1_000_000).append('.');
    long fraction = magnitude % 1_000_000;
    for (long digit = 100_000; digit > 0; digit /= 10) {
      line.append((char) ('0' + fraction / digit % 10));
    }
  }

  /**
   * Reads the next whole record.
   *
   * @return its fields; empty at the end, and for a last record without its line end, which is what
   *     a killed writer leaves
   * @throws IOException when it cannot be read or a record is longer than {@link #MAX_RECORD_CHARS}
   */
  static List<String> read(Reader in) throws IOException {
    List<String> fields = new ArrayList<>(8);
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    boolean quoteSeen = false;
    for (int count = 0; count < MAX_RECORD_CHARS; count++) {
      int c = in.read();
      if (c < 0) {
        return List.of();
      }
      if (c == '"') {
        if (quoted && !quoteSeen) {
          quoteSeen = true;
        } else if (quoteSeen) {
          field.append('"');
          quoteSeen = false;
        } else {
          quoted = true;
        }
        continue;
      }
      if (quoted && !quoteSeen) {
        field.append((char) c);
        continue;
      }
      if (c == ',' || c == '\n') {
        fields.add(field.toString());
        field.setLength(0);
        quoted = false;
        quoteSeen = false;
        if (c == '\n') {
          return fields;
        }
      } else if (c != '\r') {
        field.append((char) c);
      }
    }
    throw new IOException("a record is longer than " + MAX_RECORD_CHARS + " characters");
  }
}

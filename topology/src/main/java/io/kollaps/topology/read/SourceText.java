package io.kollaps.topology.read;

import io.kollaps.topology.SourcePosition;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** The characters of a topology file, and the line and column of each. */
final class SourceText {
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final String text;
  private final FileKind kind;
  private final int[] lineStarts;

  private SourceText(String text, FileKind kind) {
    this.text = text;
    this.kind = kind;
    this.lineStarts = lineStarts(text);
  }

  /**
   * Decodes a file's bytes.
   *
   * @throws UnreadableException when they are too many, none, or not UTF-8
   */
  static SourceText decode(byte[] content) throws UnreadableException {
    return decode(content, FileKind.TOPOLOGY);
  }

  /** As {@link #decode(byte[])}, with the words of another kind of file in its problems. */
  static SourceText decode(byte[] content, FileKind kind) throws UnreadableException {
    if (content.length > ExperimentReader.MAX_FILE_BYTES) {
      throw new UnreadableException(
          SourcePosition.UNKNOWN,
          "the file has " + content.length + " bytes",
          "a " + kind.words() + " has at most " + ExperimentReader.MAX_FILE_BYTES + " bytes");
    }
    CharBuffer characters = CharBuffer.allocate(content.length);
    ByteBuffer bytes = ByteBuffer.wrap(content);
    CoderResult result =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT)
            .decode(bytes, characters, true);
    characters.flip();
    if (result.isError()) {
      SourceText before = new SourceText(characters.toString(), kind);
      int wrong = content[bytes.position()] & 0xFF;
      throw new UnreadableException(
          before.position(before.text.length()),
          String.format(Locale.ROOT, "byte 0x%02X is not part of UTF-8 text", wrong),
          "save the file as UTF-8 text");
    }
    boolean marked = !characters.isEmpty() && characters.charAt(0) == BYTE_ORDER_MARK;
    String text =
        marked ? characters.subSequence(1, characters.length()).toString() : characters.toString();
    if (text.isBlank()) {
      throw new UnreadableException(
          new SourcePosition(1, 1), "the file is empty", kind.whenEmpty());
    }
    return new SourceText(text, kind);
  }

  /** What the file describes. */
  FileKind kind() {
    return kind;
  }

  String text() {
    return text;
  }

  /** The first character that is not white space. */
  char firstCharacter() {
    return text.stripLeading().charAt(0);
  }

  /** Line and column of the character at an offset; columns count UTF-16 units. */
  SourcePosition position(int offset) {
    int found = Arrays.binarySearch(lineStarts, offset);
    int line = found >= 0 ? found : -found - 2;
    return new SourcePosition(line + 1, offset - lineStarts[line] + 1);
  }

  /** Offset of a line and column, -1 when there is no such place. */
  int offset(int line, int column) {
    if (line < 1 || line > lineStarts.length || column < 1) {
      return -1;
    }
    int offset = lineStarts[line - 1] + column - 1;
    return offset <= text.length() ? offset : -1;
  }

  private static int[] lineStarts(String text) {
    int[] starts = new int[16];
    int lines = 1;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean ends =
          c == '\n' || (c == '\r' && (i + 1 == text.length() || text.charAt(i + 1) != '\n'));
      if (ends) {
        if (lines == starts.length) {
          starts = Arrays.copyOf(starts, lines * 2);
        }
        starts[lines++] = i + 1;
      }
    }
    return Arrays.copyOf(starts, lines);
  }
}

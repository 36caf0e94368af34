package io.kollaps.node.local;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Lines of JSON both ways over a connection. One thread may read while another writes; closing ends
 * both.
 */
public final class Wire implements Closeable {
  /** Version of the lines that this software writes and reads. */
  static final int VERSION = 2;

  /** What is left out or null is refused: nothing behind it expects nulls. */
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private final InputStream in;
  private final OutputStream out;
  private final Closeable connection;
  private final int longestLine;

  /**
   * A request: the first line of a command.
   *
   * @param version of the lines
   * @param action name of what is asked
   * @param request what is said with it
   */
  record RequestLine(int version, String action, JsonNode request) {}

  /**
   * A later line of a command.
   *
   * @param last whether no other follows; then it carries nothing
   * @param value what it carries
   */
  record InputLine(boolean last, JsonNode value) {}

  /** What a line of an answer is. */
  enum Kind {
    /** It carries something. */
    VALUE,
    /** The daemon is still at it. */
    ALIVE,
    /** The answer is complete. */
    END,
    /** It could not be done; nothing follows. */
    PROBLEM
  }

  /**
   * A line of an answer.
   *
   * @param kind what it is
   * @param value what it carries
   * @param problem why it could not be done
   * @param badInput whether what was given cannot be used
   */
  record ReplyLine(Kind kind, JsonNode value, String problem, boolean badInput) {
    static ReplyLine of(Kind kind) {
      return new ReplyLine(kind, MAPPER.nullNode(), "", false);
    }

    static ReplyLine problem(LocalFailure failure) {
      return new ReplyLine(
          Kind.PROBLEM,
          MAPPER.nullNode(),
          String.valueOf(failure.getMessage()),
          failure.badInput());
    }
  }

  /**
   * Speaks over a connection.
   *
   * @param longestLine bytes of the longest line that is read
   */
  public Wire(InputStream in, OutputStream out, Closeable connection, int longestLine) {
    this.in = new BufferedInputStream(in);
    this.out = out;
    this.connection = connection;
    this.longestLine = longestLine;
  }

  /**
   * Reads a line.
   *
   * @return empty at the end of the connection
   * @throws JacksonException when it is not such a line
   */
  <T> Optional<T> read(Class<T> kind) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = in.read();
    while (next >= 0 && next != '\n') {
      if (line.size() == longestLine) {
        throw new TooLongException(longestLine);
      }
      line.write(next);
      next = in.read();
    }
    if (next < 0) {
      return Optional.empty(); // also in the middle of a line, which is then of no use
    }
    return Optional.of(something(MAPPER.readValue(line.toByteArray(), kind)));
  }

  /**
   * What a part of a line says.
   *
   * @throws JacksonException when it says no such thing, or nothing at all: a bare null
   */
  static <T> T value(JsonNode said, Class<T> kind) {
    return something(MAPPER.treeToValue(said, kind));
  }

  private static <T> T something(@Nullable T read) {
    if (read == null) {
      throw new NothingException();
    }
    return read;
  }

  /** Writes a line. */
  synchronized void write(Object line) throws IOException {
    out.write(line(line));
    out.flush();
  }

  /** Bytes of a line with its end. */
  static byte[] line(Object line) {
    byte[] json = MAPPER.writeValueAsBytes(line);
    byte[] bytes = java.util.Arrays.copyOf(json, json.length + 1);
    bytes[json.length] = '\n';
    return bytes;
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }

  /** The other side said null, which Jackson takes for a value of every kind. */
  static final class NothingException extends JacksonException {
    private static final long serialVersionUID = 1L;

    NothingException() {
      super("nothing is said: null");
    }
  }

  /** The other side sent a line that is longer than any that is of use. */
  static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLongException(int longest) {
      super("a line has more than " + longest + " bytes");
    }
  }
}

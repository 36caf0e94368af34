package io.kollaps.node.local;

import java.io.IOException;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/**
 * The command's side of one request. One thread reads the answer; another may send lines meanwhile.
 * Closing it ends the request at the daemon too.
 */
public final class LocalConnection<R> implements AutoCloseable {
  /** Longest line of an answer. */
  public static final int LONGEST_REPLY = 16 * 1024 * 1024;

  private final Wire wire;
  private final String where;
  private final Class<R> kind;
  private final Patience patience;

  private LocalConnection(Wire wire, String where, Class<R> kind) {
    this.wire = wire;
    this.where = where;
    this.kind = kind;
    patience = new Patience(wire, Patience.OF_COMMAND);
  }

  /**
   * Asks over a connection.
   *
   * @param where the daemon is, for messages
   */
  public static <Q, R> LocalConnection<R> open(
      Wire wire, String where, LocalAction<Q, R> action, Q request) throws LocalFailure {
    LocalConnection<R> connection = new LocalConnection<>(wire, where, action.line());
    try {
      wire.write(
          new Wire.RequestLine(Wire.VERSION, action.name(), Wire.MAPPER.valueToTree(request)));
      return connection;
    } catch (IOException e) {
      connection.close();
      throw connection.silent(e);
    }
  }

  /**
   * Waits for the next line of the answer.
   *
   * @return empty when the answer is complete
   * @throws LocalFailure when the daemon refuses, or does not answer any more
   */
  public Optional<R> next() throws LocalFailure {
    try {
      while (true) {
        Optional<Wire.ReplyLine> line = wire.read(Wire.ReplyLine.class);
        patience.refresh();
        if (line.isEmpty()) {
          throw LocalFailure.failed(
              "the node's daemon at " + where + " ended in the middle of the answer; see its log");
        }
        switch (line.get().kind()) {
          case VALUE -> {
            return Optional.of(Wire.value(line.get().value(), kind));
          }
          case END -> {
            return Optional.empty();
          }
          case PROBLEM ->
              throw line.get().badInput()
                  ? LocalFailure.badInput(line.get().problem())
                  : LocalFailure.failed(line.get().problem());
          case ALIVE -> {}
        }
      }
    } catch (IOException | JacksonException e) {
      throw silent(e);
    }
  }

  /** Sends a line. */
  public void send(Object line) throws LocalFailure {
    send(new Wire.InputLine(false, Wire.MAPPER.valueToTree(line)));
  }

  /** No line follows. */
  public void endOfLines() throws LocalFailure {
    send(new Wire.InputLine(true, Wire.MAPPER.nullNode()));
  }

  private void send(Wire.InputLine line) throws LocalFailure {
    try {
      wire.write(line);
    } catch (IOException e) {
      throw silent(e);
    }
  }

  private LocalFailure silent(Exception why) {
    return patience.isOver()
        ? LocalFailure.failed(
            "the node's daemon did not answer at "
                + where
                + " within "
                + Patience.OF_COMMAND.toSeconds()
                + " s; look at its log, and start it again")
        : LocalFailure.failed(
            "the node's daemon does not answer at "
                + where
                + " ("
                + why.getMessage()
                + "); is it running, and is this its user?");
  }

  @Override
  public void close() {
    patience.close();
    try {
      wire.close();
    } catch (IOException e) {
      // it was closed already, which is what is wanted
    }
  }
}

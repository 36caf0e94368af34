package io.kollaps.cluster.state;

/** What a command came to. */
public sealed interface Outcome {
  /** It is part of the state of every node. */
  record Done() implements Outcome {}

  /**
   * It does not fit the state; nothing changed.
   *
   * @param reason for people
   */
  record Refused(String reason) implements Outcome {}

  /** It is done. */
  static Outcome done() {
    return new Done();
  }

  /** It is refused. */
  static Outcome refused(String reason) {
    return new Refused(reason);
  }
}

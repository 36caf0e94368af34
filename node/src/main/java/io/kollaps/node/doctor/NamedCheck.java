package io.kollaps.node.doctor;

/**
 * A check made of a name and what to do.
 *
 * @param name its name
 * @param body finds out
 */
record NamedCheck(String name, Body body) implements Check {
  /** Finds out. */
  @FunctionalInterface
  interface Body {
    CheckResult run() throws Exception;
  }

  @Override
  public CheckResult run() throws Exception {
    return body.run();
  }
}

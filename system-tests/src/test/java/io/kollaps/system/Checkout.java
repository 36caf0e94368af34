package io.kollaps.system;

import java.nio.file.Files;
import java.nio.file.Path;

/** The checkout whose command is tested. */
final class Checkout {
  private static final String PROPERTY = "kollaps.checkout";

  private Checkout() {}

  /** Its folder. */
  static Path folder() {
    String named = System.getProperty(PROPERTY, "");
    if (named.isEmpty()) {
      throw new AssertionError(
          "the system property "
              + PROPERTY
              + " does not name the checkout; start the tests with Maven");
    }
    return Path.of(named).toAbsolutePath().normalize();
  }

  /** Its command, built; a test that starts it must not measure or wait for a build. */
  static Path command() {
    Path command = folder().resolve("kollaps");
    if (!Files.isRegularFile(buildStamp())) {
      throw new AssertionError(
          "Kollaps is not built; build it by `"
              + command
              + " version`, as ./verify does, then test again");
    }
    return command;
  }

  /** File that a build writes last. */
  static Path buildStamp() {
    return folder().resolve(".kollaps/dist/built");
  }

  /** A file of examples/. */
  static Path example(String name) {
    return folder().resolve("examples").resolve(name);
  }
}

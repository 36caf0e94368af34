package io.kollaps.topology;

import java.util.List;

/** What an endpoint runs. */
public sealed interface Program {

  /**
   * A local process.
   *
   * @param arguments the command and its arguments, not empty
   */
  record Command(List<String> arguments) implements Program {
    /** Copies the list. */
    public Command {
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * A container.
   *
   * @param image image reference
   * @param arguments arguments given to the image's entry point, may be empty
   */
  record Image(String image, List<String> arguments) implements Program {
    /** Copies the list. */
    public Image {
      arguments = List.copyOf(arguments);
    }
  }
}

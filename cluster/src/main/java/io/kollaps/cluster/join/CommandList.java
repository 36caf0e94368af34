package io.kollaps.cluster.join;

import java.util.ArrayList;
import java.util.List;

/**
 * The commands that follow from one event, in their order. Apart because each part of the leader's
 * side adds to it, and none of them is to know who carries the commands out.
 */
final class CommandList {
  private List<LeaderCommand> commands = new ArrayList<>();

  void add(LeaderCommand command) {
    commands.add(command);
  }

  /** Tells people, in the log. */
  void tell(boolean warning, String text) {
    commands.add(new LeaderCommand.Tell(warning, text));
  }

  /** All since this was asked last. */
  List<LeaderCommand> take() {
    List<LeaderCommand> taken = commands;
    commands = new ArrayList<>();
    return taken;
  }
}

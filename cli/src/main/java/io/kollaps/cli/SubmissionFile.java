package io.kollaps.cli;

import io.kollaps.node.fabric.FabricChooser;
import io.kollaps.node.local.RunActions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;

/** An experiment's file on its way to the daemon. */
final class SubmissionFile {
  /** Larger files are for {@code kollaps run}: each lies in the memory of every node. */
  static final int MAX_BYTES = 2 * 1024 * 1024;

  private SubmissionFile() {}

  /** Reads a file into a request, or ends the command with what is wrong with it. */
  static RunActions.Submit request(
      Path path,
      OptionalLong seed,
      String fabric,
      String onNodeLoss,
      Map<String, String> pins,
      boolean wait) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.BAD_INPUT,
          "cannot read " + path + ": " + e + "; check that it is a file that you may read");
    }
    if (bytes.length > MAX_BYTES) {
      throw new CommandFailure(
          ExitCode.BAD_INPUT,
          path + " has more than " + MAX_BYTES + " bytes, which is the most that a cluster takes");
    }
    return new RunActions.Submit(
        UUID.randomUUID().toString(),
        String.valueOf(path.getFileName()),
        bytes,
        seed,
        fabric,
        onNodeLoss,
        pins,
        wait);
  }

  /** One for a plan. */
  static RunActions.Submit planned(Path path, long seed, Map<String, String> pins) {
    return request(path, OptionalLong.of(seed), FabricChooser.AUTO, "abort", pins, false);
  }
}

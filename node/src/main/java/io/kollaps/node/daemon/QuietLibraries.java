package io.kollaps.node.daemon;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Libraries that log by java.util.logging tell their warnings only. */
final class QuietLibraries {
  // held, since the log manager alone would let them and their levels be collected
  private static final List<Logger> LOGGERS =
      List.of(
          Logger.getLogger("org.apache.ratis.thirdparty.io.grpc"),
          Logger.getLogger("org.apache.ratis.thirdparty.io.netty"),
          Logger.getLogger("io.grpc"));

  private QuietLibraries() {}

  static void install() {
    LOGGERS.forEach(logger -> logger.setLevel(Level.SEVERE));
  }
}

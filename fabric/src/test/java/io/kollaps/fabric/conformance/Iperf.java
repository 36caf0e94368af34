package io.kollaps.fabric.conformance;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One TCP flow of iperf3 from an endpoint to another. */
public final class Iperf {
  private static final int START_TRIES = 100;

  private Iperf() {}

  /**
   * Runs a flow.
   *
   * @param congestionControl cubic or bbr
   * @param seconds how long it sends, beside a first second that does not count
   * @return bits of payload per second at the receiver
   */
  public static double goodput(
      TestNetwork network,
      int from,
      int to,
      InetAddress address,
      String congestionControl,
      int seconds,
      String... more)
      throws Exception {
    Path log = Files.createTempFile("kollaps-test", ".iperf");
    Process server = network.start(to, log, "iperf3", "-s", "-1", "--forceflush");
    try {
      for (int i = 0; i < START_TRIES && !Files.readString(log).contains("listening"); i++) {
        Thread.sleep(50);
      }
      List<String> command =
          new ArrayList<>(
              List.of(
                  "iperf3",
                  "-c",
                  address.getHostAddress(),
                  "-t",
                  "" + seconds,
                  "-O",
                  "1",
                  "-J",
                  "-C",
                  congestionControl));
      command.addAll(List.of(more));
      String json = network.run(from, command.toArray(String[]::new));
      int sum = json.indexOf("\"sum_received\"");
      if (sum < 0) {
        throw new AssertionError("iperf3 gave no result: " + json + Files.readString(log));
      }
      return Double.parseDouble(
          json.substring(sum).replaceFirst("(?s).*?\"bits_per_second\":\\s*([0-9.e+]+).*", "$1"));
    } finally {
      if (!server.waitFor(5, TimeUnit.SECONDS)) {
        server.destroyForcibly();
      }
      Files.delete(log);
    }
  }
}

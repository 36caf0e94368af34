package io.kollaps.node.probe;

import io.kollaps.node.probe.TransferEstimate.Interval;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads what {@code iperf3 -J} prints. */
final class IperfReport {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private IperfReport() {}

  /**
   * What the receiver of a transfer counted in each interval.
   *
   * @param json of the client; of a forward transfer with {@code --get-server-output}
   * @param forward whether the client sent
   * @throws ProbeException when iperf3 tells of an error, or of nothing that can be read
   */
  static List<Interval> received(String json, boolean forward) throws ProbeException {
    JsonNode report;
    try {
      report = MAPPER.readTree(json);
    } catch (JacksonException e) {
      throw new ProbeException("iperf3 printed something else than a report: " + excerpt(json), e);
    }
    String error = report.path("error").asString("");
    if (!error.isEmpty()) {
      throw new ProbeException("iperf3: " + error);
    }
    JsonNode receiver = forward ? report.path("server_output_json") : report;
    List<Interval> intervals = new ArrayList<>();
    for (JsonNode interval : receiver.path("intervals")) {
      JsonNode sum = interval.path("sum");
      double seconds = sum.path("seconds").asDouble(0);
      if (seconds > 0) {
        intervals.add(new Interval(seconds, sum.path("bytes").asDouble(0) * Byte.SIZE));
      }
    }
    if (intervals.isEmpty()) {
      throw new ProbeException("iperf3 told of no interval of the transfer");
    }
    return intervals;
  }

  private static String excerpt(String text) {
    int most = 200;
    String stripped = text.strip();
    return stripped.isEmpty()
        ? "nothing"
        : "'" + stripped.substring(0, Math.min(most, stripped.length())) + "'";
  }
}

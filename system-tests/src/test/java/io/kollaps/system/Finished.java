package io.kollaps.system;

import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A command that ended.
 *
 * @param exitCode its exit code, 128 + N after signal N
 * @param out what it printed to standard output
 * @param err what it printed to standard error
 * @param wall how long it took
 */
record Finished(int exitCode, String out, String err, Duration wall) {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /** Standard output read as JSON. */
  JsonNode json() {
    return MAPPER.readTree(out);
  }

  /** All of it, for failure messages. */
  String shown() {
    return "exit code "
        + exitCode
        + " after "
        + wall.toMillis()
        + " ms\n--- out\n"
        + out
        + "\n--- err\n"
        + err;
  }
}

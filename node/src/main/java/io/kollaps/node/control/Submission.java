package io.kollaps.node.control;

import io.kollaps.node.load.FileContent;
import java.util.Map;
import java.util.OptionalLong;

/**
 * An experiment as its user sends it.
 *
 * @param request id that the sender made: repeating a request is safe, it gets the same run
 * @param fileName last part of the file's name
 * @param file its bytes
 * @param seed of every random draw; empty: the leader draws one
 * @param fabric name of a fabric, or {@code auto}
 * @param policy what becomes of the run when a node is lost
 * @param pins nodes by the names of endpoints or services
 */
public record Submission(
    String request,
    String fileName,
    FileContent file,
    OptionalLong seed,
    String fabric,
    LossPolicy policy,
    Map<String, String> pins) {

  /** Longest id of a request, in characters. */
  public static final int MAX_REQUEST_LENGTH = 100;

  /** Copies the map. */
  public Submission {
    pins = Map.copyOf(pins);
  }
}

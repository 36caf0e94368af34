package io.kollaps.node.control.leader;

import io.kollaps.node.control.Submission;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What can be said of a submission without reading its file. */
final class Admission {
  private static final int LONGEST_NAME = 255;
  private static final int MOST_PINS = 10_000;

  private Admission() {}

  /** Why it is not even looked at. */
  static Optional<ControllerCommand.CallAnswer> refusal(
      Submission submission, ControllerSettings settings) {
    if (!usable(submission.request(), Submission.MAX_REQUEST_LENGTH)) {
      return refuse(
          "a request's id has 1 to " + Submission.MAX_REQUEST_LENGTH + " characters; make another");
    }
    if (!usable(submission.fileName(), LONGEST_NAME)) {
      return refuse("a file's name has 1 to " + LONGEST_NAME + " characters; rename the file");
    }
    if (submission.file().size() > settings.maxFileBytes()) {
      return refuse(
          "the file has "
              + submission.file().size()
              + " bytes; a cluster takes files of at most "
              + settings.maxFileBytes()
              + " bytes, because every node keeps it: leave out comments, or use replicas");
    }
    return usable(submission.pins(), submission.fabric())
        ? Optional.empty()
        : refuse(
            "names of fabrics, endpoints and nodes have 1 to "
                + LONGEST_NAME
                + " characters, and at most "
                + MOST_PINS
                + " endpoints are pinned");
  }

  private static boolean usable(Map<String, String> pins, String fabric) {
    return pins.size() <= MOST_PINS
        && usable(fabric, LONGEST_NAME)
        && pins.entrySet().stream()
            .allMatch(
                pin -> usable(pin.getKey(), LONGEST_NAME) && usable(pin.getValue(), LONGEST_NAME));
  }

  private static boolean usable(String text, int longest) {
    return !text.isBlank() && text.length() <= longest;
  }

  private static Optional<ControllerCommand.CallAnswer> refuse(String reason) {
    return Optional.of(new ControllerCommand.CallAnswer.Refused(reason, List.of()));
  }
}

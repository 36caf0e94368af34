package io.kollaps.node.results;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;

/**
 * Reads the streamed files of a results folder. A last line that a killed writer left unfinished is
 * left out; a file that is not there counts as empty.
 */
public final class ResultsReader {
  private static final int FLOW_FIELDS = 8;
  private static final int HEALTH_FIELDS = 4;

  private ResultsReader() {}

  @FunctionalInterface
  private interface RecordSink {
    void accept(List<String> fields);
  }

  /**
   * Gives every sample of {@code flows.csv} to the sink, in file order, one at a time.
   *
   * @throws IOException when the file cannot be read or a line is not one of ours
   */
  public static void flows(Path folder, Consumer<FlowSample> sink) throws IOException {
    records(
        folder.resolve(ResultFiles.FLOWS),
        FLOW_FIELDS,
        f ->
            sink.accept(
                new FlowSample(
                    nanos(f.get(0)),
                    nanos(f.get(7)),
                    f.get(1),
                    f.get(2),
                    Long.parseLong(f.get(3)),
                    Long.parseLong(f.get(4)),
                    f.get(6).equals(FlowSample.Limit.SHARE.word())
                        ? FlowSample.Limit.SHARE
                        : FlowSample.Limit.DEMAND,
                    Long.parseLong(f.get(5)))));
  }

  /**
   * Gives every sample of {@code health.csv} to the sink, in file order.
   *
   * @throws IOException when the file cannot be read or a line is not one of ours
   */
  public static void health(Path folder, Consumer<HealthSample> sink) throws IOException {
    records(
        folder.resolve(ResultFiles.HEALTH),
        HEALTH_FIELDS,
        f ->
            sink.accept(
                new HealthSample(
                    nanos(f.get(0)),
                    Double.parseDouble(f.get(1)),
                    Double.parseDouble(f.get(2)),
                    Double.parseDouble(f.get(3)))));
  }

  /**
   * The events of {@code events.jsonl}, in file order.
   *
   * @throws IOException when the file cannot be read or a whole line is not JSON
   */
  public static List<EventRecord> events(Path folder) throws IOException {
    Path file = folder.resolve(ResultFiles.EVENTS);
    if (!Files.exists(file)) {
      return List.of();
    }
    String text = Files.readString(file);
    List<EventRecord> events = new ArrayList<>();
    int begin = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', begin)) {
      try {
        events.add(ResultsJson.readEvent(text.substring(begin, end)));
      } catch (JacksonException e) {
        throw new IOException(
            file + ", line " + (events.size() + 1) + ": " + e.getOriginalMessage(), e);
      }
      begin = end + 1;
    }
    return events;
  }

  private static void records(Path file, int fieldCount, RecordSink sink) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    try (BufferedReader in = Files.newBufferedReader(file)) {
      Csv.read(in);
      List<String> fields = Csv.read(in);
      for (long number = 2; !fields.isEmpty(); number++) {
        try {
          if (fields.size() != fieldCount) {
            throw new IllegalArgumentException(
                fields.size() + " fields where there must be " + fieldCount);
          }
          sink.accept(fields);
        } catch (IllegalArgumentException e) {
          throw new IOException(file + ", record " + number + ": " + e.getMessage(), e);
        }
        fields = Csv.read(in);
      }
    }
  }

  private static long nanos(String seconds) {
    return Math.round(Double.parseDouble(seconds) * 1e9);
  }
}

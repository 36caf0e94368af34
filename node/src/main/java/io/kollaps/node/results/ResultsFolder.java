package io.kollaps.node.results;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder of one run, written while the run goes on.
 *
 * <p>Samples and events go to the disk through a thread of their own and bounded buffers, at the
 * latest {@link #FLUSH_NANOS} of run time (or one health sample) after they came, so that a killed
 * run leaves readable files; only totals stay in memory. {@link #stopRecording} brings everything
 * to the disk, {@link #finish} adds the verdict. All methods may be called from any thread.
 */
public final class ResultsFolder implements AutoCloseable {
  /** Samples wait in memory no longer than this: 1 s of run time. */
  public static final long FLUSH_NANOS = 1_000_000_000L;

  private final Path folder;
  private final AppendWriter writer = new AppendWriter();
  private final AppendWriter.File events;
  private final AppendWriter.File flows;
  private final AppendWriter.File health;
  private final FlowSummarizer flowTotals = new FlowSummarizer();
  private final HealthSummarizer healthTotals = new HealthSummarizer();
  private final List<EventRecord> eventRecords = new ArrayList<>();
  private long flushedNanos;
  private boolean recording = true;

  private ResultsFolder(Path folder) throws IOException {
    this.folder = folder;
    events = writer.open(folder.resolve(ResultFiles.EVENTS), "");
    flows = writer.open(folder.resolve(ResultFiles.FLOWS), ResultFiles.FLOWS_HEADER);
    health = writer.open(folder.resolve(ResultFiles.HEALTH), ResultFiles.HEALTH_HEADER);
  }

  /**
   * What was recorded.
   *
   * @param events in the order in which they came
   * @param flows biggest first
   * @param host the machine
   * @param failures why the files are incomplete, empty when they are not
   */
  public record Recorded(
      List<EventRecord> events, List<FlowSummary> flows, HostHealth host, List<String> failures) {
    /** Copies the lists. */
    public Recorded {
      events = List.copyOf(events);
      flows = List.copyOf(flows);
      failures = List.copyOf(failures);
    }
  }

  /**
   * Makes the folder and writes what is known before the start.
   *
   * @param folder made with its parents when it is not there
   * @param facts what is known
   * @param topology the topology file's bytes, kept as they are
   * @throws FileAlreadyExistsException when the folder holds a run already
   * @throws IOException when something cannot be written
   */
  public static ResultsFolder create(Path folder, RunFacts facts, byte[] topology)
      throws IOException {
    Files.createDirectories(folder.resolve(ResultFiles.ENDPOINTS));
    Path run = folder.resolve(ResultFiles.RUN);
    if (Files.exists(run)) {
      throw new FileAlreadyExistsException(
          folder.toString(), null, "holds the results of another run; give another folder");
    }
    ResultFiles.writeWhole(run, ResultsJson.facts(facts));
    ResultFiles.writeWhole(
        folder.resolve(ResultFiles.topologyCopy(facts.topology().fileName())), topology);
    return new ResultsFolder(folder);
  }

  /** The folder. */
  public Path path() {
    return folder;
  }

  /** Where an endpoint's standard output goes; different for every name, always in the folder. */
  public Path outLog(String endpoint) {
    return folder.resolve(ResultFiles.ENDPOINTS).resolve(ResultFiles.outLog(endpoint));
  }

  /** Where an endpoint's standard error goes; different for every name, always in the folder. */
  public Path errLog(String endpoint) {
    return folder.resolve(ResultFiles.ENDPOINTS).resolve(ResultFiles.errLog(endpoint));
  }

  /** Records one interval of one flow; nothing after {@link #stopRecording}. */
  public synchronized void flow(FlowSample sample) {
    if (!recording) {
      return;
    }
    flowTotals.add(sample);
    StringBuilder line = flows.line();
    Csv.seconds(line, sample.endNanos());
    Csv.field(line.append(','), sample.from());
    Csv.field(line.append(','), sample.to());
    line.append(',').append(sample.grantedBitsPerSecond());
    line.append(',').append(sample.measuredBitsPerSecond());
    line.append(',').append(sample.droppedPackets());
    line.append(',').append(sample.limit().word());
    Csv.seconds(line.append(','), sample.intervalNanos());
    flows.lineDone();
    if (sample.endNanos() - flushedNanos >= FLUSH_NANOS) {
      flows.handOver();
      flushedNanos = sample.endNanos();
    }
  }

  /** Records an event, on its way to the disk at once; nothing after {@link #stopRecording}. */
  public synchronized void event(EventRecord event) {
    if (!recording) {
      return;
    }
    eventRecords.add(event);
    events.line().append(ResultsJson.event(event));
    events.lineDone();
    events.handOver();
  }

  /** Records the machine's state, and sends on what waits; nothing after {@link #stopRecording}. */
  public synchronized void health(HealthSample sample) {
    if (!recording) {
      return;
    }
    healthTotals.add(sample);
    StringBuilder line = health.line();
    Csv.seconds(line, sample.endNanos());
    line.append(',').append(sample.hostIdleShare());
    line.append(',').append(sample.hostStealShare());
    line.append(',').append(sample.fabricBusyShare());
    health.lineDone();
    health.handOver();
    flows.handOver();
  }

  /**
   * Writes what makes this folder one of a part; replaces what was written before.
   *
   * @throws IOException when it cannot be written
   */
  public void part(PartFacts facts) throws IOException {
    ResultFiles.writeWhole(folder.resolve(ResultFiles.PART), ResultsJson.part(facts));
  }

  /** Brings everything to the disk; later samples are left out. May be called again. */
  public synchronized Recorded stopRecording() {
    if (recording) {
      recording = false;
      writer.close();
    }
    return new Recorded(
        eventRecords, flowTotals.summaries(), healthTotals.summary(), writer.failures());
  }

  /**
   * Ends the folder: the programs, then the verdict with the summaries.
   *
   * @throws IOException when they cannot be written
   */
  public synchronized void finish(RunOutcome outcome) throws IOException {
    stopRecording();
    write(folder, outcome);
  }

  /**
   * Writes what the end of a run adds to its folder: its programs and the verdict.
   *
   * @throws IOException when they cannot be written
   */
  public static void write(Path folder, RunOutcome outcome) throws IOException {
    ResultFiles.writeWhole(
        folder.resolve(ResultFiles.PROGRAMS),
        ResultsJson.bytes(ResultsJson.programs(outcome.observations().programs())));
    ResultFiles.writeWhole(
        folder.resolve(ResultFiles.VERDICT), ResultsJson.bytes(ResultsJson.verdict(outcome)));
  }

  /** Stops recording; a folder that was not finished has no verdict. */
  @Override
  public void close() {
    stopRecording();
  }
}

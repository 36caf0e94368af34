package io.kollaps.node.results;

import io.kollaps.fabric.FabricHealth;
import io.kollaps.fabric.OverlayHealth;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * Makes one results folder of those of a run's parts. Events and samples come in the order of their
 * offsets, which all parts count from the same instant; {@code health.csv} has the worst node of
 * each second; what is of one node alone is kept in {@code nodes/NAME}.
 */
public final class MergedFolder {
  /** Most parts. */
  public static final int MAX_PARTS = 1_000;

  /** Folder with a folder for each node. */
  public static final String NODES = "nodes";

  private static final long SECOND = 1_000_000_000L;

  private final List<PartFolder> parts;
  private final Path to;

  private MergedFolder(List<PartFolder> parts, Path to) {
    this.parts = parts;
    this.to = to;
  }

  /**
   * Writes everything but the verdict and the report.
   *
   * @param parts parts of one run, at least one
   * @param to made with its parents when it is not there
   * @return what was observed in all parts together
   * @throws FileAlreadyExistsException when the folder holds a run already
   * @throws IOException when something cannot be read or written, or the parts are not of one run
   */
  public static RunObservations write(List<PartFolder> parts, Path to) throws IOException {
    require(parts);
    Files.createDirectories(to.resolve(ResultFiles.ENDPOINTS));
    if (Files.exists(to.resolve(ResultFiles.RUN))) {
      throw new FileAlreadyExistsException(
          to.toString(), null, "holds the results of another run; give another folder");
    }
    List<PartFolder> sorted =
        parts.stream().sorted(Comparator.comparingInt(p -> p.part().number())).toList();
    return new MergedFolder(sorted, to).write();
  }

  private static void require(List<PartFolder> parts) throws IOException {
    if (parts.isEmpty() || parts.size() > MAX_PARTS) {
      throw new IOException(
          parts.size() + " results folders of parts; give 1 to " + MAX_PARTS + " of one run");
    }
    PartFolder first = parts.getFirst();
    Set<Integer> numbers = new LinkedHashSet<>();
    for (PartFolder part : parts) {
      if (!part.facts().runId().equals(first.facts().runId())
          || !part.part().nodes().equals(first.part().nodes())) {
        throw new IOException(
            first.path() + " and " + part.path() + " are not parts of the same run");
      }
      if (!numbers.add(part.part().number())) {
        throw new IOException(
            part.path() + " is the part of " + part.part().node().name() + " a second time");
      }
    }
  }

  private RunObservations write() throws IOException {
    RunFacts facts = facts();
    ResultFiles.writeWhole(to.resolve(ResultFiles.RUN), ResultsJson.facts(facts));
    topology();
    List<EventRecord> events = events();
    FlowSummarizer flows = flows();
    health();
    for (PartFolder part : parts) {
      copyAll(part.path().resolve(ResultFiles.ENDPOINTS), to.resolve(ResultFiles.ENDPOINTS));
      ofNode(part);
    }
    List<NodeResult> nodes = nodes();
    return new RunObservations(
        facts,
        end(),
        parts.stream().mapToLong(p -> p.judged().durationNanos()).max().orElse(0),
        OptionalLong.empty(),
        events,
        flows.summaries(),
        programs(),
        health(parts.stream().map(p -> p.judged().health()).toList()),
        List.of(),
        nodes);
  }

  private RunFacts facts() {
    RunFacts first = parts.getFirst().facts();
    Set<String> fabrics = new LinkedHashSet<>();
    Set<String> reasons = new LinkedHashSet<>();
    Map<String, Set<String>> notices = new LinkedHashMap<>();
    for (PartFolder part : parts) {
      fabrics.add(part.facts().fabric());
      reasons.add(part.facts().fabricReason());
      for (String notice : part.facts().notices()) {
        notices.computeIfAbsent(notice, _ -> new LinkedHashSet<>()).add(name(part));
      }
    }
    List<String> told = new ArrayList<>();
    notices.forEach(
        (notice, nodes) ->
            told.add(
                nodes.size() == parts.size()
                    ? notice
                    : "Node " + String.join(", ", nodes) + ": " + notice));
    return new RunFacts(
        first.runId(),
        first.experiment(),
        first.seed(),
        parts.stream().map(p -> p.facts().startedAt()).min(Instant::compareTo).orElseThrow(),
        first.version(),
        String.join(", ", fabrics),
        String.join("; ", reasons),
        first.sharingPeriodNanos(),
        first.host(),
        first.topology(),
        told);
  }

  private static String name(PartFolder part) {
    return part.part().node().name();
  }

  private void topology() throws IOException {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(parts.getFirst().path(), ResultFiles.TOPOLOGY_STEM + ".*")) {
      for (Path file : files) {
        Files.copy(file, to.resolve(String.valueOf(file.getFileName())));
      }
    }
  }

  /**
   * All events by their actual offsets. A change of the network happens in every part; it is one
   * event, with the time of the part that was the farthest from its instant.
   */
  private List<EventRecord> events() throws IOException {
    record Key(long planned, String kind, String subject, String detail, int again) {}
    Map<Key, EventRecord> all = new LinkedHashMap<>();
    for (PartFolder part : parts) {
      Map<Key, Integer> seen = new HashMap<>();
      for (EventRecord event : ResultsReader.events(part.path())) {
        Key first = new Key(event.plannedNanos(), event.kind(), event.subject(), event.detail(), 0);
        int again = seen.merge(first, 1, Integer::sum);
        all.merge(
            new Key(first.planned(), first.kind(), first.subject(), first.detail(), again),
            named(event, part),
            MergedFolder::worse);
      }
    }
    List<EventRecord> sorted = new ArrayList<>(all.values());
    sorted.sort(Comparator.comparingLong(EventRecord::actualNanos));
    try (BufferedWriter out = Files.newBufferedWriter(to.resolve(ResultFiles.EVENTS))) {
      for (EventRecord event : sorted) {
        out.append(ResultsJson.event(event).toString()).append('\n');
      }
    }
    return sorted;
  }

  private static EventRecord named(EventRecord event, PartFolder part) {
    return new EventRecord(
        event.plannedNanos(),
        event.actualNanos(),
        event.kind(),
        event.subject(),
        event.detail(),
        event.failure().map(why -> "node " + name(part) + ": " + why));
  }

  private static EventRecord worse(EventRecord a, EventRecord b) {
    EventRecord later = Math.abs(a.latenessNanos()) >= Math.abs(b.latenessNanos()) ? a : b;
    Optional<String> failure = a.failure().or(b::failure);
    return new EventRecord(
        later.plannedNanos(),
        later.actualNanos(),
        later.kind(),
        later.subject(),
        later.detail(),
        failure);
  }

  /** A file that is read record by record beside others. */
  private static final class Source implements AutoCloseable {
    private final BufferedReader in;
    private List<String> fields;

    Source(Path file) throws IOException {
      in = Files.newBufferedReader(file);
      fields = Csv.read(in); // the heading
      advance();
    }

    void advance() throws IOException {
      fields = Csv.read(in);
    }

    boolean over() {
      return fields.isEmpty();
    }

    double seconds() {
      try {
        return Double.parseDouble(fields.getFirst());
      } catch (NumberFormatException e) {
        throw new UncheckedIOException(new IOException("not an offset: " + fields.getFirst(), e));
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  /** Samples of all parts by their offsets; a flow is in the part where it begins. */
  private FlowSummarizer flows() throws IOException {
    List<Source> sources = new ArrayList<>();
    PriorityQueue<Source> next = new PriorityQueue<>(Comparator.comparingDouble(Source::seconds));
    try (BufferedWriter out = Files.newBufferedWriter(to.resolve(ResultFiles.FLOWS))) {
      out.append(ResultFiles.FLOWS_HEADER);
      for (PartFolder part : parts) {
        if (Files.exists(part.path().resolve(ResultFiles.FLOWS))) {
          Source source = new Source(part.path().resolve(ResultFiles.FLOWS));
          sources.add(source);
          if (!source.over()) {
            next.add(source);
          }
        }
      }
      for (Source source = next.poll(); source != null; source = next.poll()) {
        line(out, source.fields);
        source.advance();
        if (!source.over()) {
          next.add(source);
        }
      }
    } finally {
      for (Source source : sources) {
        source.close();
      }
    }
    FlowSummarizer summarizer = new FlowSummarizer();
    ResultsReader.flows(to, summarizer::add);
    return summarizer;
  }

  private static void line(BufferedWriter out, List<String> fields) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < fields.size(); i++) {
      if (i > 0) {
        line.append(',');
      }
      Csv.field(line, fields.get(i));
    }
    out.append(line).append('\n');
  }

  /** For each second the least idle processors, and the most stolen and used time, of any node. */
  private void health() throws IOException {
    TreeMap<Long, HealthSample> worst = new TreeMap<>();
    for (PartFolder part : parts) {
      ResultsReader.health(
          part.path(),
          sample ->
              worst.merge(
                  Math.floorDiv(sample.endNanos(), SECOND),
                  sample,
                  (a, b) ->
                      new HealthSample(
                          Math.max(a.endNanos(), b.endNanos()),
                          Math.min(a.hostIdleShare(), b.hostIdleShare()),
                          Math.max(a.hostStealShare(), b.hostStealShare()),
                          Math.max(a.fabricBusyShare(), b.fabricBusyShare()))));
    }
    try (BufferedWriter out = Files.newBufferedWriter(to.resolve(ResultFiles.HEALTH))) {
      out.append(ResultFiles.HEALTH_HEADER);
      for (HealthSample sample : worst.values()) {
        StringBuilder line = new StringBuilder();
        Csv.seconds(line, sample.endNanos());
        line.append(',').append(sample.hostIdleShare());
        line.append(',').append(sample.hostStealShare());
        line.append(',').append(sample.fabricBusyShare());
        out.append(line).append('\n');
      }
    }
  }

  private void ofNode(PartFolder part) throws IOException {
    Path folder = to.resolve(NODES).resolve(ResultFiles.safeName(name(part)));
    if (Files.exists(folder)) {
      // Two nodes may have one name; their identities differ.
      folder = to.resolve(NODES).resolve(ResultFiles.safeName(part.part().node().id()));
    }
    Files.createDirectories(folder);
    for (String file :
        List.of(ResultFiles.RUN, ResultFiles.VERDICT, ResultFiles.HEALTH, ResultFiles.PART)) {
      Path from = part.path().resolve(file);
      if (Files.exists(from)) {
        Files.copy(from, folder.resolve(file));
      }
    }
  }

  private static void copyAll(Path from, Path to) throws IOException {
    if (!Files.isDirectory(from)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(from, Files::isRegularFile)) {
      for (Path file : files) {
        Files.copy(file, to.resolve(String.valueOf(file.getFileName())));
      }
    }
  }

  private List<ProgramRecord> programs() {
    List<ProgramRecord> all = new ArrayList<>();
    parts.forEach(part -> all.addAll(part.programs()));
    all.sort(Comparator.comparingLong(program -> program.startedNanos().orElse(Long.MAX_VALUE)));
    return all;
  }

  private List<NodeResult> nodes() {
    List<NodeResult> nodes = new ArrayList<>();
    parts.getFirst().part().nodes().forEach(node -> nodes.add(NodeResult.missing(node)));
    parts.forEach(part -> nodes.set(part.part().number(), part.node()));
    return nodes;
  }

  /** The worst end; a part that failed makes a run that failed. */
  private RunEnd end() {
    PartFolder worst =
        Collections.max(parts, Comparator.comparing((PartFolder p) -> p.judged().end().kind()));
    RunEnd end = worst.judged().end();
    return end.detail().isEmpty() || end.kind() == RunEnd.Kind.COMPLETED
        ? end
        : new RunEnd(end.kind(), "node " + name(worst) + ": " + end.detail());
  }

  /** Counts of all, times of the worst. */
  private static HealthSummary health(List<HealthSummary> all) {
    return new HealthSummary(
        fabric(all.stream().map(HealthSummary::fabric).toList()),
        host(all.stream().map(HealthSummary::host).filter(h -> h.samples() > 0).toList()),
        new LoopHealth(
            sum(all, h -> h.loop().rounds()),
            max(all, h -> h.loop().latenessP99Nanos()),
            max(all, h -> h.loop().latenessMaxNanos())),
        all.stream()
            .map(HealthSummary::gcPauseMaxNanos)
            .filter(OptionalLong::isPresent)
            .mapToLong(OptionalLong::getAsLong)
            .max());
  }

  private static FabricHealth fabric(List<FabricHealth> all) {
    List<OverlayHealth> overlays = all.stream().map(FabricHealth::overlay).toList();
    return new FabricHealth(
        sum(all, FabricHealth::deliveredPackets),
        max(all, FabricHealth::latenessP50Nanos),
        max(all, FabricHealth::latenessP99Nanos),
        max(all, FabricHealth::latenessMaxNanos),
        sum(all, FabricHealth::busyNanos),
        sum(all, FabricHealth::limitDroppedPackets),
        sum(all, FabricHealth::deviceDroppedPackets),
        sum(all, FabricHealth::unroutedPackets),
        all.stream().allMatch(FabricHealth::realTime),
        sum(all, FabricHealth::rests),
        new OverlayHealth(
            sum(overlays, OverlayHealth::sentPackets),
            sum(overlays, OverlayHealth::unsentPackets),
            sum(overlays, OverlayHealth::receivedPackets),
            sum(overlays, OverlayHealth::foreignDatagrams),
            sum(overlays, OverlayHealth::malformedDatagrams),
            sum(overlays, OverlayHealth::undeliveredPackets),
            sum(overlays, OverlayHealth::socketDroppedDatagrams),
            (int) sum(overlays, o -> o.pathsBelowTransit()),
            max(overlays, OverlayHealth::largestExcessNanos)));
  }

  private static HostHealth host(List<HostHealth> all) {
    if (all.isEmpty()) {
      return HostHealth.NONE;
    }
    long samples = sum(all, HostHealth::samples);
    return new HostHealth(
        samples,
        sum(all, HostHealth::starvedSamples),
        all.stream().mapToDouble(h -> h.idleShareMean() * h.samples()).sum() / samples,
        all.stream().mapToDouble(HostHealth::idleShareWorst).min().orElse(1),
        all.stream().mapToDouble(h -> h.stealShareMean() * h.samples()).sum() / samples,
        all.stream().mapToDouble(HostHealth::stealShareWorst).max().orElse(0));
  }

  private static <T> long sum(List<T> all, ToLongFunction<T> of) {
    return all.stream().mapToLong(of).sum();
  }

  private static <T> long max(List<T> all, ToLongFunction<T> of) {
    return all.stream().mapToLong(of).max().orElse(0);
  }
}

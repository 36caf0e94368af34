package io.kollaps.node.deploy;

import com.google.protobuf.ByteString;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.generated.FilePiece;
import io.kollaps.node.generated.FlowNow;
import io.kollaps.node.generated.FlowsReply;
import io.kollaps.node.generated.LogPiece;
import io.kollaps.node.generated.LogsRequest;
import io.kollaps.node.generated.PartFlows;
import io.kollaps.node.results.FlowSample;
import io.kollaps.node.run.Part;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** What this node's parts have written, for those who ask: results, logs, flows of the moment. */
final class PartFiles {
  private static final int PIECE_BYTES = 64 * 1024;
  private static final int MOST_FILES = 100_000;
  private static final long LOOK_MILLIS = 100;
  private static final String ENDPOINTS = "endpoints";
  private static final String OUT = ".out.log";
  private static final String ERR = ".err.log";

  private final PartHost parts;
  private final ResultsStore results;

  PartFiles(PartHost parts, ResultsStore results) {
    this.parts = parts;
    this.results = results;
  }

  private Path folder(PartKey key) throws IOException {
    return results
        .folder(key)
        .orElseThrow(
            () ->
                new IOException(
                    "this node has no results of run "
                        + key.run()
                        + " (any more); it keeps those of the last runs"));
  }

  /** Sends all files of a part's results. */
  void results(PartKey key, HappeningsStream.Sink<FilePiece> to)
      throws IOException, InterruptedException {
    Path folder = folder(key);
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files =
          walk.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
              .limit(MOST_FILES)
              .sorted()
              .toList();
    }
    for (Path file : files) {
      String path = folder.relativize(file).toString();
      try (InputStream in = Files.newInputStream(file)) {
        byte[] piece = in.readNBytes(PIECE_BYTES);
        do {
          to.accept(
              FilePiece.newBuilder().setPath(path).setContent(ByteString.copyFrom(piece)).build());
          piece = in.readNBytes(PIECE_BYTES);
        } while (piece.length > 0);
      }
    }
  }

  /** A log that is followed. */
  private static final class Tail {
    private final Path file;
    private final String endpoint;
    private final boolean error;
    private long position;

    Tail(Path file, String endpoint, boolean error) {
      this.file = file;
      this.endpoint = endpoint;
      this.error = error;
    }

    /** Sends what is new; true when there was something. */
    boolean send(HappeningsStream.Sink<LogPiece> to) throws IOException, InterruptedException {
      if (!Files.isRegularFile(file) || Files.size(file) <= position) {
        return false;
      }
      try (FileChannel channel = FileChannel.open(file);
          InputStream in = Channels.newInputStream(channel.position(position))) {
        byte[] piece = in.readNBytes(PIECE_BYTES);
        position += piece.length;
        to.accept(
            LogPiece.newBuilder()
                .setEndpoint(endpoint)
                .setError(error)
                .setContent(ByteString.copyFrom(piece))
                .build());
        return piece.length > 0;
      }
    }
  }

  /** Sends logs, and where it is wanted what follows, until the part has ended. */
  void logs(LogsRequest request, HappeningsStream.Sink<LogPiece> to, BooleanSupplier over)
      throws IOException, InterruptedException {
    PartKey key = InstructionMessages.key(request.getKey());
    List<Tail> tails = tails(key, request.getEndpoint());
    boolean live = true;
    boolean news = true;
    while ((news || (request.getFollow() && live)) && !over.getAsBoolean()) {
      live = parts.part(key).isPresent(); // before the look: what came until then is seen
      news = false;
      for (Tail tail : tails) {
        news |= tail.send(to);
      }
      if (!news && request.getFollow() && live) {
        Thread.sleep(LOOK_MILLIS);
      }
    }
  }

  private List<Tail> tails(PartKey key, String endpoint) throws IOException {
    Optional<Part> part = parts.part(key);
    List<Tail> tails = new ArrayList<>();
    if (part.isPresent()) {
      for (Part.HomeEndpoint home : part.get().endpoints()) {
        if (endpoint.isEmpty() || home.name().equals(endpoint)) {
          tails.add(new Tail(home.standardOutput(), home.name(), false));
          tails.add(new Tail(home.standardError(), home.name(), true));
        }
      }
    } else {
      Path folder = folder(key).resolve(ENDPOINTS);
      if (Files.isDirectory(folder)) {
        try (Stream<Path> files = Files.list(folder)) {
          files.sorted().forEach(file -> add(tails, file, endpoint));
        }
      }
    }
    if (tails.isEmpty() && !endpoint.isEmpty()) {
      throw new IOException("run " + key.run() + " has no endpoint " + endpoint + " on this node");
    }
    return tails;
  }

  private static void add(List<Tail> tails, Path file, String endpoint) {
    String name = String.valueOf(file.getFileName());
    boolean error = name.endsWith(ERR);
    if (error || name.endsWith(OUT)) {
      String of = name.substring(0, name.length() - OUT.length());
      if (endpoint.isEmpty() || of.equals(endpoint)) {
        tails.add(new Tail(file, of, error));
      }
    }
  }

  /** What the flows of this node's parts do at the moment. */
  FlowsReply flows() {
    FlowsReply.Builder reply = FlowsReply.newBuilder();
    parts
        .live()
        .forEach(
            (key, part) -> {
              PartFlows.Builder flows =
                  PartFlows.newBuilder()
                      .setKey(InstructionMessages.key(key))
                      .setOffsetNanos(part.offsetNanos());
              for (FlowSample sample : part.newestFlows()) {
                flows.addFlows(
                    FlowNow.newBuilder()
                        .setFrom(sample.from())
                        .setTo(sample.to())
                        .setMeasuredBps(sample.measuredBitsPerSecond())
                        .setGrantedBps(sample.grantedBitsPerSecond()));
              }
              reply.addParts(flows);
            });
    return reply.build();
  }
}

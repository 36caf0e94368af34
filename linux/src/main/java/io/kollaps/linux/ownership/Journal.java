package io.kollaps.linux.ownership;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * List of what a run owns, in the order of making: lines {@code + KIND IDENTITY} before a resource
 * is made and {@code - KIND IDENTITY} after it was removed, fields separated by a tabulator. A line
 * is written by one write call, so that it is in the kernel's hands when the call returns and the
 * end of this process, however sudden, cannot lose it. It is not forced to the disk: nothing that
 * it lists survives the end of the machine.
 *
 * <p>Safe for several threads.
 */
public final class Journal implements AutoCloseable {
  static final String NAME = "journal";

  /** A journal with more than this is not read: it cannot be ours. */
  static final long MAX_BYTES = 64L << 20;

  private final FileChannel channel;

  private Journal(FileChannel channel) {
    this.channel = channel;
  }

  static Journal create(Path runFolder) throws IOException {
    return new Journal(
        FileChannel.open(
            runFolder.resolve(NAME), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  /**
   * Notes a resource that is about to be made. Call it before making it.
   *
   * @throws IOException when it cannot be written; the resource must not be made then
   */
  public void willMake(OwnedResource resource) throws IOException {
    append('+', resource);
  }

  /**
   * Notes that a resource was removed.
   *
   * @throws IOException when it cannot be written
   */
  public void released(OwnedResource resource) throws IOException {
    append('-', resource);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private synchronized void append(char sign, OwnedResource resource) throws IOException {
    if (!OwnedResource.isKindWord(resource.kindWord())) {
      throw new IOException("not a word for a kind of resource: " + resource.kindWord());
    }
    String line = sign + "\t" + resource.kindWord() + "\t" + escape(resource.identity()) + "\n";
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      var _ = channel.write(bytes);
    }
  }

  /**
   * Reads the journal of a run that ended.
   *
   * @param runFolder the run's folder
   * @return what it owned and did not release, last made first; lines that make no sense, such as a
   *     half-written last one, are returned apart
   * @throws IOException when it cannot be read
   */
  static Contents read(Path runFolder) throws IOException {
    Path file = runFolder.resolve(NAME);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return new Contents(List.of(), List.of());
    }
    if (Files.size(file) > MAX_BYTES) {
      return new Contents(List.of(), List.of("the journal is larger than 64 MiB"));
    }
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    Set<OwnedResource> owned = new LinkedHashSet<>();
    List<String> broken = new ArrayList<>();
    int from = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      apply(text.substring(from, end), owned, broken);
      from = end + 1;
    }
    if (from < text.length()) {
      // announced and not finished: nothing was made after it, so there is nothing to remove
      broken.add("half-written line: " + text.substring(from));
    }
    return new Contents(new ArrayList<>(owned).reversed(), broken);
  }

  private static void apply(String line, Set<OwnedResource> owned, List<String> broken) {
    String[] fields = line.split("\t", -1);
    if (fields.length != 3 || !OwnedResource.isKindWord(fields[1])) {
      broken.add("unreadable line: " + line);
      return;
    }
    try {
      OwnedResource resource = OwnedResource.of(fields[1], unescape(fields[2]));
      switch (fields[0]) {
        case "+" -> owned.add(resource);
        case "-" -> owned.remove(resource);
        default -> broken.add("unreadable line: " + line);
      }
    } catch (InvalidPathException e) {
      broken.add("unreadable path: " + line);
    }
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n");
  }

  private static String unescape(String text) {
    StringBuilder result = new StringBuilder(text.length());
    boolean escaped = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (escaped) {
        result.append(c == 't' ? '\t' : c == 'n' ? '\n' : c);
        escaped = false;
      } else if (c == '\\') {
        escaped = true;
      } else {
        result.append(c);
      }
    }
    return result.toString();
  }

  /**
   * What a journal says.
   *
   * @param owned not released, last made first
   * @param broken lines that cannot be read, each with what is wrong
   */
  record Contents(List<OwnedResource> owned, List<String> broken) {}
}

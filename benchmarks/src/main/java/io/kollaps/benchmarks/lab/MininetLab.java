package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Hosts of Mininet; each even one shares a link with the next odd one, and there are no other
 * paths. A Python program makes and shapes them with Mininet's own functions, asked line by line.
 */
final class MininetLab implements Lab {
  private static final String SCRIPT = "mininet-lab.py";
  private static final long STOP_SECONDS = 60;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double BITS_PER_MEGABIT = 1e6;
  private static final double PERCENT = 100;
  private static final String DONE = "done";

  /** A start of many hosts takes seconds; far above that. */
  private static final long ANSWER_SECONDS = 120;

  private static final long LOOK_MILLIS = 2;

  private final Process python;
  private final BufferedWriter ask;
  private final BufferedReader answers;
  private final List<Station> stations = new ArrayList<>();

  private MininetLab(Process python) {
    this.python = python;
    this.ask =
        new BufferedWriter(
            new OutputStreamWriter(python.getOutputStream(), StandardCharsets.UTF_8));
    this.answers =
        new BufferedReader(new InputStreamReader(python.getInputStream(), StandardCharsets.UTF_8));
  }

  static Lab open(int endpoints) throws BenchmarkException, InterruptedException {
    MininetLab lab = null;
    try (InputStream script = MininetLab.class.getResourceAsStream(SCRIPT)) {
      if (script == null) {
        throw new IllegalStateException("this build has no " + SCRIPT);
      }
      String text = new String(script.readAllBytes(), StandardCharsets.UTF_8);
      Process python =
          new ProcessBuilder(MininetEmulator.PYTHON, "-u", "-c", text, "" + (endpoints + 1) / 2)
              .redirectErrorStream(true)
              .start();
      lab = new MininetLab(python);
      lab.enter(lab.answer("start"));
      Lab made = lab;
      lab = null;
      return made;
    } catch (IOException | LinuxException e) {
      throw new BenchmarkException("cannot start Mininet: " + e.getMessage(), e);
    } finally {
      if (lab != null) {
        lab.close();
      }
    }
  }

  /** The answer to the start: the process of each host. */
  private void enter(String processes) throws IOException, LinuxException {
    int index = 0;
    for (String process : processes.split(" ", -1)) {
      NetworkNamespace namespace = NetworkNamespaces.open("/proc/" + process + "/ns/net");
      Inet4Address address =
          (Inet4Address)
              InetAddress.getByAddress(
                  new byte[] {10, 96, (byte) (index / 2), (byte) (index % 2 + 1)});
      stations.add(new Station(namespace, address));
      Lab.raiseTcpMemory(namespace);
      index++;
    }
  }

  /** Reads to the line that ends an answer; what stands before it is Mininet's own talk. */
  private String answer(String question) throws BenchmarkException {
    StringBuilder talk = new StringBuilder();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_SECONDS);
    try {
      for (Optional<String> line = line(deadline); line.isPresent(); line = line(deadline)) {
        if (line.get().equals(DONE) || line.get().startsWith(DONE + " ")) {
          if (talk.toString().contains("Error")) {
            break;
          }
          return line.get().substring(DONE.length()).strip();
        }
        talk.append(line.get()).append(' ');
      }
    } catch (IOException e) {
      talk.append(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      talk.append("interrupted");
    }
    throw new BenchmarkException(
        "Mininet does not answer '" + question + "': " + talk.toString().strip());
  }

  /** The next line; empty at the end of all lines, or when none came in time. */
  private Optional<String> line(long deadline) throws IOException, InterruptedException {
    while (!answers.ready()) {
      if (!python.isAlive() || System.nanoTime() > deadline) {
        return Optional.empty();
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    return Optional.ofNullable(answers.readLine());
  }

  @Override
  public Station station(int endpoint) {
    return stations.get(endpoint);
  }

  @Override
  public void set(List<PathSetting> settings) throws BenchmarkException {
    for (PathSetting setting : settings) {
      if ((setting.from() ^ 1) != setting.to()) {
        throw new IllegalArgumentException(
            "a path from " + setting.from() + " to " + setting.to() + ": not of one link");
      }
      String question = setting.from() + " " + setting.shape().map(MininetLab::words).orElse("");
      try {
        ask.write(question + "\n");
        ask.flush();
      } catch (IOException e) {
        throw new BenchmarkException("Mininet has ended: " + e.getMessage(), e);
      }
      answer(question);
    }
  }

  /**
   * Rate in Mbit/s, delay and jitter in milliseconds, loss in percent; - for none. Mininet's jitter
   * is half the width of a uniform distribution: to spread as asked, it is told sqrt(3) deviations;
   * for a normal one, which it has none of, the deviation, as a user would.
   */
  private static String words(PathShape shape) {
    Jitter jitter = shape.jitter();
    double factor = jitter.distribution() == Jitter.Distribution.UNIFORM ? Math.sqrt(3) : 1;
    return String.format(
        Locale.ROOT,
        "%s %s %s %s",
        shape.rateBitsPerSecond() == LinkProperties.UNLIMITED_RATE
            ? "-"
            : Double.toString(shape.rateBitsPerSecond() / BITS_PER_MEGABIT),
        shape.latencyNanos() == 0 ? "-" : shape.latencyNanos() / NANOS_PER_MILLI + "ms",
        jitter.deviationNanos() == 0
            ? "-"
            : jitter.deviationNanos() * factor / NANOS_PER_MILLI + "ms",
        shape.lossProbability() == 0 ? "-" : Double.toString(shape.lossProbability() * PERCENT));
  }

  @Override
  public long busyNanos() {
    return 0;
  }

  @Override
  public String health() {
    return "Mininet tells nothing of how punctual it was";
  }

  @Override
  public void close() throws BenchmarkException {
    stations.forEach(station -> station.namespace().close());
    try {
      // the end of its input is the end of the program, which takes its hosts and links away
      ask.close();
      if (!python.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        python.destroyForcibly();
        throw new BenchmarkException(
            "Mininet did not end within " + STOP_SECONDS + " s; clean up with: mn -c");
      }
    } catch (IOException e) {
      throw new BenchmarkException("Mininet did not end in order: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      python.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

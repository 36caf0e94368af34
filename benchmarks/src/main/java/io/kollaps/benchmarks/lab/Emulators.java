package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.Notes;
import io.kollaps.node.fabric.Fabrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The emulators that can be measured. */
public final class Emulators {
  /** Every one that can be used here. */
  public static final String ALL = "all";

  private static final List<Emulator> KNOWN =
      Stream.concat(
              Fabrics.all().stream().<Emulator>map(FabricEmulator::new),
              Stream.of(new MininetEmulator()))
          .toList();

  private Emulators() {}

  /** The fabric that works on any kernel. */
  public static Emulator userSpace() {
    return KNOWN.getFirst();
  }

  /** Their names, for people. */
  public static String names() {
    return KNOWN.stream().map(Emulator::name).collect(Collectors.joining(", "));
  }

  /**
   * The emulators of a name.
   *
   * @param name one's, or {@link #ALL}
   * @param notes is told which of all are left out, and why
   * @return none when none has that name
   * @throws BenchmarkException when the one named cannot be used here
   */
  public static List<Emulator> named(String name, Notes notes)
      throws BenchmarkException, InterruptedException {
    List<Emulator> usable = new ArrayList<>();
    for (Emulator emulator : KNOWN) {
      if (!name.equals(ALL) && !name.equals(emulator.name())) {
        continue;
      }
      Optional<String> obstacle = emulator.obstacle();
      if (obstacle.isEmpty()) {
        usable.add(emulator);
      } else if (name.equals(ALL)) {
        notes.note("left out: " + emulator.name() + ", " + obstacle.get());
      } else {
        throw new BenchmarkException(name + " cannot be measured here: " + obstacle.get());
      }
    }
    return usable;
  }
}

package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.fabric.MissingPiece;
import io.kollaps.fabric.tc.TcFabric;
import io.kollaps.node.fabric.FabricFactory;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A fabric, as a run would start it.
 *
 * @param factory makes it
 */
record FabricEmulator(FabricFactory factory) implements Emulator {
  @Override
  public String name() {
    return factory.name();
  }

  @Override
  public Optional<String> obstacle() {
    List<MissingPiece> missing = factory.missing();
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            missing.stream()
                .map(piece -> piece.piece() + ": " + piece.detail())
                .collect(Collectors.joining("; ", "", "; see 'kollaps doctor'")));
  }

  @Override
  public boolean isFabric() {
    return true;
  }

  @Override
  public int framingBytes() {
    return 0;
  }

  @Override
  public Lab open(int endpoints, long seed) throws BenchmarkException {
    return FabricLab.open(factory, endpoints, seed);
  }

  @Override
  public Optional<OverlayLab> openOverlay(long seed)
      throws BenchmarkException, InterruptedException {
    return name().equals(TcFabric.NAME)
        ? Optional.empty()
        : Optional.of(OverlayLab.open(factory, seed));
  }
}

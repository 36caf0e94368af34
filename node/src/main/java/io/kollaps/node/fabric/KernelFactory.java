package io.kollaps.node.fabric;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.MissingPiece;
import io.kollaps.fabric.kernel.KernelFabric;
import io.kollaps.fabric.kernel.KernelFabricOptions;
import io.kollaps.fabric.kernel.KernelProbe;
import java.util.List;
import java.util.Optional;

/** The kernel fabric: BPF programs and fq, for scale. */
final class KernelFactory implements FabricFactory {
  @Override
  public String name() {
    return KernelFabric.NAME;
  }

  @Override
  public List<MissingPiece> missing() {
    return KernelProbe.missing().stream()
        .map(missing -> new MissingPiece(missing.piece(), missing.detail()))
        .toList();
  }

  @Override
  public Optional<String> refusal(FabricDemand demand) {
    return demand.endpoints() <= KernelFabric.MAX_ENDPOINTS
        ? Optional.empty()
        : Optional.of(
            "it has at most "
                + KernelFabric.MAX_ENDPOINTS
                + " endpoints, the experiment has "
                + demand.endpoints());
  }

  @Override
  public Fabric start(int endpoints, long seed) throws FabricException {
    return KernelFabric.start(endpoints, KernelFabricOptions.DEFAULT.withSeed(seed));
  }
}

package io.kollaps.node.fabric;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.MissingPiece;
import io.kollaps.fabric.tc.TcFabric;
import io.kollaps.fabric.tc.TcLimits;
import io.kollaps.fabric.tc.TcProbe;
import java.util.List;
import java.util.Optional;

/** The tc fabric: htb and netem in the endpoints' own namespaces. */
final class TcFactory implements FabricFactory {
  @Override
  public String name() {
    return TcFabric.NAME;
  }

  @Override
  public List<MissingPiece> missing() {
    return TcProbe.missing();
  }

  @Override
  public Optional<String> refusal(FabricDemand demand) {
    return TcLimits.refusal(
        demand.endpoints(), demand.mostPathsFromOneEndpoint(), demand.mostPaths());
  }

  @Override
  public Fabric start(int endpoints, long seed) throws FabricException {
    return TcFabric.start(endpoints, seed);
  }
}

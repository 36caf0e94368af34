package io.kollaps.node.fabric;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.MissingPiece;
import io.kollaps.fabric.userspace.UserSpaceFabric;
import io.kollaps.fabric.userspace.UserSpaceFabricOptions;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.linux.TunDevice;
import java.util.List;
import java.util.Optional;

/** The user-space fabric: any kernel with TUN devices, any experiment. */
final class UserSpaceFactory implements FabricFactory {
  private static final String DEVICE = "kollaps0";

  @Override
  public String name() {
    return UserSpaceFabric.NAME;
  }

  @Override
  public List<MissingPiece> missing() {
    try (NetworkNamespace scratch = NetworkNamespaces.create()) {
      return scratch.inside(
          () -> {
            TunDevice.create(DEVICE).close();
            return List.of();
          });
    } catch (LinuxException e) {
      return List.of(
          new MissingPiece(
              "tun", "making a TUN device in a scratch namespace failed: " + e.getMessage()));
    }
  }

  @Override
  public Optional<String> refusal(FabricDemand demand) {
    return Optional.empty();
  }

  @Override
  public Fabric start(int endpoints, long seed) throws FabricException {
    return UserSpaceFabric.start(endpoints, UserSpaceFabricOptions.DEFAULT.withSeed(seed));
  }
}

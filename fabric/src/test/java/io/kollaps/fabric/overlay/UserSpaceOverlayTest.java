package io.kollaps.fabric.overlay;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.userspace.UserSpaceFabric;
import io.kollaps.fabric.userspace.UserSpaceFabricOptions;

/** Two user-space fabrics. */
class UserSpaceOverlayTest extends FullOverlayConformance {
  @Override
  protected Fabric fabric(int node, int endpoints) throws Exception {
    return UserSpaceFabric.start(endpoints, UserSpaceFabricOptions.DEFAULT);
  }
}

package io.kollaps.fabric.kernel;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.overlay.OverlayConformance;
import io.kollaps.fabric.userspace.UserSpaceFabric;
import io.kollaps.fabric.userspace.UserSpaceFabricOptions;

/** A kernel fabric, without fq, and a user-space fabric. */
class MixedOverlayTest extends OverlayConformance {
  @Override
  protected Fabric fabric(int node, int endpoints) throws Exception {
    return node == 0
        ? KernelFabric.start(endpoints, KernelFabricOptions.DEFAULT, false, Step.Gate.OPEN)
        : UserSpaceFabric.start(endpoints, UserSpaceFabricOptions.DEFAULT);
  }

  @Override
  protected boolean delays() {
    return false;
  }
}

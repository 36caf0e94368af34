package io.kollaps.fabric.kernel;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.overlay.OverlayConformance;
import io.kollaps.fabric.userspace.UserSpaceFabric;
import io.kollaps.fabric.userspace.UserSpaceFabricOptions;
import org.junit.jupiter.api.Tag;

/** A kernel fabric and a user-space fabric, where the kernel has fq. */
@Tag("test-kernel")
class OverlayInTestKernelTest extends OverlayConformance {
  @Override
  protected Fabric fabric(int node, int endpoints) throws Exception {
    return node == 0
        ? KernelFabric.start(endpoints, KernelFabricOptions.DEFAULT)
        : UserSpaceFabric.start(endpoints, UserSpaceFabricOptions.DEFAULT);
  }
}

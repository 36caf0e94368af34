package io.kollaps.fabric.userspace;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.conformance.FabricConformance;

class UserSpaceFabricConformanceTest extends FabricConformance {
  @Override
  protected Fabric fabric(int endpoints) throws Exception {
    return UserSpaceFabric.start(endpoints, UserSpaceFabricOptions.DEFAULT);
  }
}

package io.kollaps.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

/** Devices in namespaces of the test's own, compared with what ip says. Needs root. */
class LinkCreatorTest {
  @Test
  void shouldMakeACableBetweenNamespaces() throws Exception {
    try (NetworkNamespace here = NetworkNamespaces.create();
        NetworkNamespace there = NetworkNamespaces.create();
        RouteNetlink links = here.inside(RouteNetlink::open)) {
      LinkCreator creator = new LinkCreator(links.socket());
      LinkSpec near = LinkSpec.named("near").withGroup(7).withMtu(9000);
      LinkSpec far = LinkSpec.named("far").withAddress(MacAddress.local(1)).in(there);
      creator.veth(near, far);
      assertThat(NetworkNamespacesTest.run(here, "ip", "link", "show", "near"))
          .contains("mtu 9000", "group 7");
      assertThat(NetworkNamespacesTest.run(there, "ip", "link", "show", "far"))
          .contains("02:00:00:00:00:01", "mtu 1500");
      assertThatThrownBy(() -> creator.veth(LinkSpec.named("near2"), far))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST))
          .hasMessageContaining("peer far");
      assertThat(NetworkNamespacesTest.run(here, "ip", "link")).doesNotContain("near2");
      links.deleteGroup(7);
      assertThat(NetworkNamespacesTest.run(there, "ip", "-o", "link")).hasLineCount(1);
    }
  }

  @Test
  void shouldMakeEachKindAndChangeIt() throws Exception {
    try (NetworkNamespace here = NetworkNamespaces.create();
        NetworkNamespace there = NetworkNamespaces.create();
        RouteNetlink links = here.inside(RouteNetlink::open)) {
      LinkCreator creator = new LinkCreator(links.socket());
      creator.bridge(LinkSpec.named("br"));
      creator.veth(LinkSpec.named("x"), LinkSpec.named("y"));
      int x = links.linkIndex("x");
      int y = links.linkIndex("y");
      creator.macvlan(LinkSpec.named("mv"), x);
      creator.vxlan(LinkSpec.named("vx"), 4789);
      links.setMaster(y, links.linkIndex("br"));
      links.setMacAddress(x, new MacAddress(0x0a0b0c0d0e0fL));
      links.setResolving(x, false);
      links.setMaxSegments(x, 1);
      links.addNeighbour(x, InetAddress.getByName("10.0.0.9"), MacAddress.local(9));
      links.addNeighbour(x, InetAddress.getByName("fd00::9"), MacAddress.local(9));
      assertThat(links.maxSegments(x)).isEqualTo(1);
      assertThat(NetworkNamespacesTest.run(here, "ip", "-d", "link", "show", "x"))
          .contains("NOARP", "0a:0b:0c:0d:0e:0f", "gso_max_segs 1 ");
      assertThat(NetworkNamespacesTest.run(here, "ip", "-d", "link", "show", "mv"))
          .contains("macvlan mode bridge");
      assertThat(NetworkNamespacesTest.run(here, "ip", "-d", "link", "show", "vx"))
          .contains("vxlan external", "dstport 4789", "nolearning");
      assertThat(NetworkNamespacesTest.run(here, "ip", "link", "show", "y")).contains("master br");
      assertThat(NetworkNamespacesTest.run(here, "ip", "neigh", "show", "nud", "permanent"))
          .contains("10.0.0.9 dev x lladdr 02:00:00:00:00:09")
          .contains("fd00::9 dev x lladdr 02:00:00:00:00:09");
      links.moveTo(y, there);
      assertThat(NetworkNamespacesTest.run(there, "ip", "-o", "link")).contains(": y@");
    }
  }
}

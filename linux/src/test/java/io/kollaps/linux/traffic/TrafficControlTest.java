package io.kollaps.linux.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.linux.Errno;
import io.kollaps.linux.LinkCreator;
import io.kollaps.linux.LinkSpec;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetlinkBatch;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.linux.RouteNetlink;
import io.kollaps.linux.traffic.Filter.U32;
import io.kollaps.linux.traffic.Filter.U32.Key;
import io.kollaps.linux.traffic.Filter.U32.Place;
import io.kollaps.linux.traffic.Filter.U32.Redirect;
import io.kollaps.linux.traffic.Filter.U32.ToClass;
import io.kollaps.linux.traffic.Filter.U32.ToTable;
import io.kollaps.linux.traffic.Filter.U32Table;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In a namespace of its own, compared with what tc and ip say. Needs root. */
class TrafficControlTest {
  private NetworkNamespace namespace;
  private RouteNetlink links;
  private NetlinkBatch batch;
  private TrafficControl traffic;
  private int link;

  @BeforeEach
  void setUp() throws Exception {
    namespace = NetworkNamespaces.create();
    links = namespace.inside(RouteNetlink::open);
    batch = new NetlinkBatch();
    traffic = new TrafficControl(links.socket(), batch);
    new LinkCreator(links.socket()).veth(LinkSpec.named("a"), LinkSpec.named("b"));
    link = links.linkIndex("a");
    links.setUp(link, true);
    links.setUp(links.linkIndex("b"), true);
  }

  @AfterEach
  void tearDown() {
    batch.close();
    links.close();
    namespace.close();
  }

  private String run(String... command) throws Exception {
    List<String> line = new ArrayList<>(List.of("nsenter", "--net=" + namespace.path()));
    line.addAll(List.of(command));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return printed.strip();
  }

  private void addTree() throws LinuxException {
    traffic.change(
        changes -> {
          changes.addQdisc(link, Handle.ROOT, Handle.of(1, 0), new Qdisc.Htb(0, 77, -14));
          changes.addClass(
              link,
              Handle.of(1, 0),
              Handle.of(1, 5),
              HtbClass.ofRate(1_250_000, 2_000_000, 3000, 38));
          changes.replaceQdisc(link, Handle.of(1, 5), Handle.of(9, 0), new Qdisc.ByteFifo(123_456));
        });
  }

  @Test
  void shouldMakeATreeThatTcShows() throws Exception {
    addTree();
    assertThat(run("tc", "qdisc", "show", "dev", "a"))
        .contains("qdisc htb 1: root", "direct_qlen 77", "qdisc bfifo 9: parent 1:5 limit 123456b");
    assertThat(run("tc", "-s", "-d", "qdisc", "show", "dev", "a")).contains("overhead -14");
    // 1.25 MB/s for 2 ms are 2500 bytes
    assertThat(run("tc", "-d", "class", "show", "dev", "a"))
        .contains("class htb 1:5 root leaf 9:", "rate 10Mbit", "ceil 10Mbit", "overhead 38")
        .contains("quantum 3000", "burst 2500b", "cburst 2500b");
  }

  @Test
  void shouldTakeRatesBeyond32Bits() throws Exception {
    addTree();
    traffic.change(
        changes ->
            changes.changeClass(
                link,
                Handle.of(1, 0),
                Handle.of(1, 5),
                HtbClass.ofRate(12_500_000_000L, 1_000_000, 60_000, 0)));
    assertThat(run("tc", "class", "show", "dev", "a")).contains("rate 100Gbit ceil 100Gbit");
  }

  @Test
  void shouldSayWhichOfABatchTheKernelRefusedAndWhy() throws Exception {
    addTree();
    assertThatThrownBy(
            () ->
                traffic.change(
                    changes -> {
                      HtbClass options = HtbClass.ofRate(1000, 1000, 1500, 0);
                      changes.addClass(link, Handle.of(1, 0), Handle.of(1, 6), options);
                      changes.addClass(link, Handle.of(1, 0), Handle.of(1, 5), options);
                      changes.changeClass(link, Handle.of(1, 0), Handle.of(3, 5), options);
                      changes.addClass(link, Handle.of(1, 0), Handle.of(1, 7), options);
                    }))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST))
        .hasMessageContaining("add class 1:5 on link " + link)
        .hasMessageContaining("1 more of the batch failed");
    // the refused ones do not hold up the others
    assertThat(run("tc", "class", "show", "dev", "a")).contains("1:6", "1:7");
    // and a batch that failed leaves nothing for the next one
    traffic.change(changes -> changes.deleteClass(link, Handle.of(1, 7)));
    assertThat(run("tc", "class", "show", "dev", "a")).contains("1:6").doesNotContain("1:7");
  }

  @Test
  void shouldSendMoreThanOneBatchHolds() throws Exception {
    addTree();
    int count = 3 * NetlinkBatch.MAX_MESSAGES + 5;
    traffic.change(
        changes -> {
          for (int i = 0; i < count; i++) {
            changes.addClass(
                link, Handle.of(1, 0), Handle.of(1, 100 + i), HtbClass.ofRate(1000, 1000, 1500, 0));
          }
        });
    List<TrafficStatistics> classes = new ArrayList<>();
    traffic.readClasses(link, classes::add);
    assertThat(classes).hasSize(count + 1).allMatch(c -> c.link() == link);
    List<TrafficStatistics> qdiscs = new ArrayList<>();
    traffic.readQdiscs(link, qdiscs::add);
    assertThat(qdiscs).extracting(TrafficStatistics::handle).contains(Handle.of(9, 0));
    assertThat(traffic.readQdisc(link, Handle.of(9, 0)).orElseThrow().handle())
        .isEqualTo(Handle.of(9, 0));
    assertThat(traffic.readQdisc(link, Handle.of(10, 0))).isEmpty();
  }

  @Test
  void shouldClassifyByHashTablesAndCount() throws Exception {
    addTree();
    links.setResolving(link, false);
    links.addAddress(link, InetAddress.getByName("10.1.0.1"), 16);
    int root = Handle.of(1, 0);
    traffic.change(
        changes -> {
          changes.addFilter(link, root, 1, Protocol.IPV4, new U32Table(7, 256));
          changes.addFilter(
              link,
              root,
              1,
              Protocol.IPV4,
              new U32(
                  new Place(U32.ROOT_TABLE, 0, 1),
                  List.of(new Key(16, 0, 0)),
                  new ToTable(7, 16, 0xff)));
          changes.addFilter(
              link,
              root,
              1,
              Protocol.IPV4,
              new U32(
                  new Place(7, 0x22, 1),
                  List.of(new Key(16, 0x0a010322, -1)),
                  new ToClass(Handle.of(1, 5))));
        });
    try (DatagramSocket sender = namespace.inside(TrafficControlTest::socket)) {
      for (String address : List.of("10.1.3.34", "10.1.4.34", "10.1.3.34", "10.1.3.35")) {
        sender.send(new DatagramPacket(new byte[72], 72, InetAddress.getByName(address), 9));
      }
    }
    TrafficStatistics leaf = traffic.readQdisc(link, Handle.of(9, 0)).orElseThrow();
    // 72 payload, 8 UDP, 20 IP: the Ethernet header is not counted
    assertThat(leaf.packets()).isEqualTo(2);
    assertThat(leaf.bytes()).isEqualTo(200);
    assertThat(leaf.drops()).isZero();
  }

  private static DatagramSocket socket() {
    try {
      return new DatagramSocket();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void shouldRedirectInABlockThatDevicesShare() throws Exception {
    LinkCreator creator = new LinkCreator(links.socket());
    creator.veth(LinkSpec.named("c"), LinkSpec.named("d"));
    int b = links.linkIndex("b");
    int c = links.linkIndex("c");
    int d = links.linkIndex("d");
    for (int up : new int[] {c, d}) {
      links.setNoLinkLocalAddress(up);
      links.setUp(up, true);
    }
    links.setResolving(link, false);
    links.addAddress(link, InetAddress.getByName("10.1.0.1"), 16);
    traffic.change(
        changes -> {
          changes.addQdisc(b, Handle.CLSACT, Handle.CLSACT & 0xffff0000, new Qdisc.Clsact(4));
          changes.addQdisc(c, Handle.CLSACT, Handle.CLSACT & 0xffff0000, new Qdisc.Clsact(4));
          changes.addBlockFilter(
              4,
              1,
              Protocol.IPV4,
              new U32(
                  new Place(U32.ROOT_TABLE, 0, 1),
                  List.of(new Key(16, 0x0a010322, -1)),
                  new Redirect(c)));
        });
    long before = links.statistics(d).receivedPackets();
    try (DatagramSocket sender = namespace.inside(TrafficControlTest::socket)) {
      sender.send(new DatagramPacket(new byte[72], 72, InetAddress.getByName("10.1.3.34"), 9));
      sender.send(new DatagramPacket(new byte[72], 72, InetAddress.getByName("10.1.3.35"), 9));
    }
    assertThat(links.statistics(d).receivedPackets() - before).isEqualTo(1);
    assertThat(links.allStatistics()).containsKeys(link, b, c, d);
  }

  @Test
  void shouldRefuseARootThatSomebodyMade() throws Exception {
    addTree();
    assertThatThrownBy(this::addTree)
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST))
        .hasMessageContaining("add htb 1:0");
  }
}

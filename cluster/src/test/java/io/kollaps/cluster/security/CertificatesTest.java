package io.kollaps.cluster.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.cluster.NodeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Instant NOW = Instant.now();
  private static final Duration LIFETIME = Duration.ofDays(90);

  private final ClusterAuthority authority = ClusterAuthority.create("cluster-a", NOW, RANDOM);
  private final NodeId node = NodeId.of(7);
  private final List<String> told = new ArrayList<>();
  private final Refusals refusals = new Refusals(told::add, () -> 0);

  private NodeCredentials credentials(ClusterAuthority of, NodeId id, Instant at, Duration life)
      throws SecurityFailure {
    NodeKey key = NodeKey.create(RANDOM);
    X509Certificate certificate = of.certify(key.signingRequest(id), id, at, life, RANDOM);
    return NodeCredentials.of(key.secret(), certificate, of.certificate());
  }

  private static X509Certificate[] chain(NodeCredentials credentials) {
    return new X509Certificate[] {credentials.certificate(), credentials.authority()};
  }

  @Test
  void shouldTrustTheNodesOfTheCluster() throws Exception {
    ClusterTrust trust = ClusterTrust.anyNode(authority.certificate(), id -> false, refusals);
    NodeCredentials credentials = credentials(authority, node, NOW, LIFETIME);

    assertThat(trust.check(chain(credentials))).isEqualTo(node);
    assertThat(trust.only(node).check(chain(credentials))).isEqualTo(node);
    assertThat(credentials.cluster()).isEqualTo("cluster-a");
  }

  @Test
  void shouldNameTheNodeThatTheAuthorityMeansNotTheOneThatTheRequestNames() throws Exception {
    NodeKey key = NodeKey.create(RANDOM);
    X509Certificate certificate =
        authority.certify(key.signingRequest(NodeId.of(99)), node, NOW, LIFETIME, RANDOM);

    assertThat(Certificates.nodeOf(certificate)).contains(node);
  }

  @Test
  void shouldNotTrustStrangersBannedExpiredOrOthers() throws Exception {
    ClusterAuthority other = ClusterAuthority.create("cluster-a", NOW, RANDOM);
    ClusterTrust trust =
        ClusterTrust.anyNode(authority.certificate(), id -> id.equals(NodeId.of(13)), refusals);
    NodeCredentials old = credentials(authority, node, NOW.minus(Duration.ofDays(100)), LIFETIME);

    assertThatThrownBy(() -> trust.check(chain(credentials(other, node, NOW, LIFETIME))))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining("not signed by this cluster's authority");
    assertThatThrownBy(
            () -> trust.check(chain(credentials(authority, NodeId.of(13), NOW, LIFETIME))))
        .hasMessageContaining("banned");
    assertThatThrownBy(() -> trust.check(chain(old))).isInstanceOf(CertificateException.class);
    assertThatThrownBy(
            () ->
                trust.only(NodeId.of(8)).check(chain(credentials(authority, node, NOW, LIFETIME))))
        .hasMessageContaining("expected");
    assertThatThrownBy(() -> trust.check(new X509Certificate[] {authority.certificate()}))
        .hasMessageContaining("names no node");
    assertThatThrownBy(() -> trust.check(new X509Certificate[0])).hasMessageContaining("no cert");
    // a node's certificate does not make others
    NodeCredentials honest = credentials(authority, node, NOW, LIFETIME);
    ClusterAuthority posing = new ClusterAuthority("cluster-a", honest.certificate(), honest.key());
    assertThatThrownBy(() -> trust.check(chain(credentials(posing, NodeId.of(9), NOW, LIFETIME))))
        .isInstanceOf(CertificateException.class);
  }

  @Test
  void shouldRefuseRequestsThatAreNone() {
    for (byte[] garbage : List.of(new byte[0], new byte[] {1, 2, 3}, new byte[5000])) {
      assertThatThrownBy(() -> authority.certify(garbage, node, NOW, LIFETIME, RANDOM))
          .isInstanceOf(SecurityFailure.class);
    }
    byte[] changed = NodeKey.create(RANDOM).signingRequest(node);
    changed[changed.length - 3] ^= 1;
    assertThatThrownBy(() -> authority.certify(changed, node, NOW, LIFETIME, RANDOM))
        .isInstanceOf(SecurityFailure.class);
  }

  @Test
  void shouldBeDueForRenewalInTheLastThirdOfItsLife() throws Exception {
    NodeCredentials credentials = credentials(authority, node, NOW, Duration.ofDays(90));

    // valid from a day before NOW: 91 days, of which the last third begins 60.67 days on
    assertThat(credentials.dueAt(NOW.plus(Duration.ofDays(59)))).isFalse();
    assertThat(credentials.dueAt(NOW.plus(Duration.ofDays(61)))).isTrue();
  }

  @Test
  void shouldKeepCredentialsForTheirOwnerOnly(@TempDir Path folder) throws Exception {
    CredentialStore store = new CredentialStore(folder.resolve("keys"));
    NodeCredentials credentials = credentials(authority, node, NOW, LIFETIME);

    assertThat(store.load()).isEmpty();
    store.save(credentials);
    store.saveAuthority(authority);

    assertThat(store.load()).contains(credentials);
    assertThat(store.loadAuthority()).contains(authority);
    assertThat(Files.getPosixFilePermissions(folder.resolve("keys")))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    for (String name : Set.of("node.pem", "authority.pem", "authority-key.pem")) {
      assertThat(Files.getPosixFilePermissions(folder.resolve("keys").resolve(name)))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }
    store.forgetAuthority();
    assertThat(store.loadAuthority()).isEmpty();
  }

  @Test
  void shouldNotUseAKeyThatOthersCouldRead(@TempDir Path folder) throws Exception {
    CredentialStore store = new CredentialStore(folder);
    store.save(credentials(authority, node, NOW, LIFETIME));
    Files.setPosixFilePermissions(
        folder.resolve("node.pem"), PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(store::load).hasMessageContaining("chmod 600");
  }

  @Test
  void shouldLetAJoinerTrustTheTokensClusterOnly() throws Exception {
    JoinToken token = JoinToken.create(authority.certificate(), RANDOM);
    ClusterAuthority other = ClusterAuthority.create("cluster-b", NOW, RANDOM);
    TokenTrust trust = new TokenTrust(JoinToken.parse(token.text()));

    trust.checkServerTrusted(chain(credentials(authority, node, NOW, LIFETIME)), "x");

    assertThat(trust.authority()).contains(authority.certificate());
    X509Certificate[] foreign = chain(credentials(other, node, NOW, LIFETIME));
    assertThatThrownBy(() -> new TokenTrust(token).checkServerTrusted(foreign, "x"))
        .hasMessageContaining("another cluster");
    // the right authority shown beside a certificate that it never signed
    X509Certificate[] mixed = {foreign[0], authority.certificate()};
    assertThatThrownBy(() -> new TokenTrust(token).checkServerTrusted(mixed, "x"))
        .isInstanceOf(CertificateException.class);
    X509Certificate[] bare = {foreign[0]};
    assertThatThrownBy(() -> new TokenTrust(token).checkServerTrusted(bare, "x"))
        .isInstanceOf(CertificateException.class);
  }

  @Test
  void shouldReadTokensAsTheyArePrintedAndNothingElse() throws Exception {
    JoinToken token = JoinToken.create(authority.certificate(), RANDOM);

    assertThat(JoinToken.parse(" " + token.text() + "\n")).isEqualTo(token);
    assertThat(token.toString()).doesNotContain(token.text());
    for (String wrong :
        List.of("", "KOLLAPS-1", token.text() + "0", token.text().replace("-1-", "-2-"), "x")) {
      assertThatThrownBy(() -> JoinToken.parse(wrong))
          .isInstanceOf(SecurityFailure.class)
          .hasMessageContaining("token rotate");
    }
  }

  @Test
  void shouldTellARefusalOnceAndCountTheOthers() {
    long[] now = {0};
    Refusals log = new Refusals(told::add, () -> now[0]);
    for (int i = 0; i < 1000; i++) {
      log.refused("datagram", "10.0.0.9", "its seal is wrong");
    }
    log.refused("datagram", "10.0.0.8", "its seal is wrong");

    assertThat(told).hasSize(2);
    assertThat(log.total()).isEqualTo(1001);
    now[0] = Refusals.SILENCE_NANOS;
    log.refused("datagram", "10.0.0.9", "its seal is wrong");
    assertThat(told).hasSize(3);
    assertThat(told.get(2)).contains("999 more");
  }

  @Test
  void shouldNotFillTheLogHoweverManySourcesAreForged() {
    long[] now = {0};
    Refusals log = new Refusals(told::add, () -> now[0]);
    for (int i = 0; i < 100_000; i++) {
      log.refused("datagram", "10.0." + i / 256 + "." + i % 256, "its seal is wrong");
    }

    assertThat(told).hasSize(Refusals.BURST + 1); // and one that says that there is more
    assertThat(log.total()).isEqualTo(100_000);
    now[0] = Refusals.NEXT_NANOS;
    log.refused("datagram", "192.0.2.1", "its seal is wrong");
    assertThat(told.getLast()).contains("192.0.2.1");
  }

  @Test
  void shouldLetNobodyWriteIntoTheLog() {
    refusals.refused("call", "x", "bad\nERROR forged \u001b[31m" + "y".repeat(1_000_000));

    assertThat(told).hasSize(1);
    assertThat(told.getFirst().length()).isLessThan(300);
    assertThat(told.getFirst().chars()).allMatch(c -> c >= ' ' && c <= '~');
  }

  @Test
  void shouldCertifyNothingButKeysOfItsOwnKind() throws Exception {
    byte[] nested = new byte[4096];
    for (int i = 0; i < nested.length; i += 2) {
      nested[i] = 0x30;
      nested[i + 1] = (byte) 0x80;
    }
    for (byte[] request : List.of(nested, new byte[0], new byte[5000])) {
      assertThatThrownBy(() -> authority.certify(request, node, NOW, LIFETIME, RANDOM))
          .isInstanceOf(SecurityFailure.class);
    }
  }
}

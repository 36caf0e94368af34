package io.kollaps.cluster.security;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Optional;

/**
 * Keeps credentials in a folder, in PEM, mode 0600: {@code node.pem} (key and certificate in one
 * file, so that they always belong together), {@code authority.pem} (the authority's certificate)
 * and, on voters, {@code authority-key.pem}.
 */
public final class CredentialStore {
  private static final String KEY = "PRIVATE KEY";
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final int LINE = 64;

  private final Path folder;

  /** In a folder that is there or can be made. */
  public CredentialStore(Path folder) throws IOException {
    PrivateFiles.folder(folder);
    this.folder = folder;
  }

  /** The credentials; empty before the node has been admitted. */
  public Optional<NodeCredentials> load() throws IOException, SecurityFailure {
    if (!Files.exists(nodeFile()) || !Files.exists(authorityFile())) {
      return Optional.empty();
    }
    String node = text(nodeFile());
    return Optional.of(
        NodeCredentials.of(
            Certificates.parseKey(section(nodeFile(), node, KEY)),
            Certificates.parse(section(nodeFile(), node, CERTIFICATE)),
            authorityCertificate()));
  }

  /** Keeps the credentials in place of those that were there. */
  public void save(NodeCredentials credentials) throws IOException {
    write(authorityFile(), pem(CERTIFICATE, Certificates.der(credentials.authority())));
    write(
        nodeFile(),
        pem(KEY, credentials.key().getEncoded())
            + pem(CERTIFICATE, Certificates.der(credentials.certificate())));
  }

  /** The authority, where this node has its key. */
  public Optional<ClusterAuthority> loadAuthority() throws IOException, SecurityFailure {
    if (!Files.exists(authorityKeyFile())) {
      return Optional.empty();
    }
    return Optional.of(
        ClusterAuthority.of(
            authorityCertificate(),
            Certificates.parseKey(section(authorityKeyFile(), text(authorityKeyFile()), KEY))));
  }

  /** Keeps the authority's key. */
  public void saveAuthority(ClusterAuthority authority) throws IOException {
    write(authorityFile(), pem(CERTIFICATE, Certificates.der(authority.certificate())));
    write(authorityKeyFile(), pem(KEY, authority.key().getEncoded()));
  }

  /** Forgets the authority's key, when the node is no voter any more. */
  public void forgetAuthority() throws IOException {
    Files.deleteIfExists(authorityKeyFile());
  }

  private X509Certificate authorityCertificate() throws IOException, SecurityFailure {
    return Certificates.parse(section(authorityFile(), text(authorityFile()), CERTIFICATE));
  }

  private static String text(Path file) throws IOException {
    return new String(PrivateFiles.read(file), StandardCharsets.US_ASCII);
  }

  private static void write(Path file, String text) throws IOException {
    PrivateFiles.write(file, text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String pem(String kind, byte[] der) {
    String body =
        Base64.getMimeEncoder(LINE, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
  }

  private static byte[] section(Path file, String text, String kind) throws SecurityFailure {
    String begin = "-----BEGIN " + kind + "-----";
    int from = text.indexOf(begin);
    int until = text.indexOf("-----END " + kind + "-----");
    if (from < 0 || until < from) {
      throw new SecurityFailure(file + " has no " + kind + "; let the node leave and join again");
    }
    return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), until));
  }

  private Path nodeFile() {
    return folder.resolve("node.pem");
  }

  private Path authorityFile() {
    return folder.resolve("authority.pem");
  }

  private Path authorityKeyFile() {
    return folder.resolve("authority-key.pem");
  }
}

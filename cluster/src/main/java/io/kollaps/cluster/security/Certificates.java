package io.kollaps.cluster.security;

import io.kollaps.cluster.NodeId;
import java.io.ByteArrayInputStream;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Optional;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/** What certificates of a cluster look like: EC P-256; CN is the node's id, O the cluster's. */
public final class Certificates {
  static final String SIGNATURE = "SHA256withECDSA";
  private static final String CURVE = "secp256r1";

  private Certificates() {}

  /** A new key pair. */
  static KeyPair newKeyPair(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(CURVE), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no EC keys of curve " + CURVE, e);
    }
  }

  /** Whether a key is as all of a cluster are. */
  static boolean isOurKind(PublicKey key) {
    if (!(key instanceof ECPublicKey ec)) {
      return false;
    }
    try {
      AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
      curve.init(new ECGenParameterSpec(CURVE));
      ECParameterSpec ours = curve.getParameterSpec(ECParameterSpec.class);
      return ec.getParams().getCurve().equals(ours.getCurve())
          && ec.getParams().getGenerator().equals(ours.getGenerator());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no EC keys of curve " + CURVE, e);
    }
  }

  /** Reads a certificate in DER. */
  public static X509Certificate parse(byte[] der) throws SecurityFailure {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new SecurityFailure("this is no X.509 certificate: " + e.getMessage(), e);
    }
  }

  /** Reads a private key in PKCS #8. */
  public static PrivateKey parseKey(byte[] der) throws SecurityFailure {
    try {
      return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException e) {
      throw new SecurityFailure("this is no private EC key: " + e.getMessage(), e);
    }
  }

  /** DER of a certificate. */
  public static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateException e) {
      throw new IllegalStateException("a certificate that was read cannot be written", e);
    }
  }

  /** SHA-256 of a certificate in DER: what a join token carries of the authority. */
  public static byte[] digest(X509Certificate certificate) {
    return sha256(der(certificate));
  }

  /** The node that a certificate names; empty for the authority's own and strange ones. */
  public static Optional<NodeId> nodeOf(X509Certificate certificate) {
    try {
      return field(certificate, BCStyle.CN).map(NodeId::new).filter(NodeId::hasBits);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The cluster that a certificate names. */
  public static Optional<String> clusterOf(X509Certificate certificate) {
    return field(certificate, BCStyle.O);
  }

  static byte[] sha256(byte[] data) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static Optional<String> field(
      X509Certificate certificate, org.bouncycastle.asn1.ASN1ObjectIdentifier kind) {
    X500Name name = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    RDN[] found = name.getRDNs(kind);
    return found.length == 1
        ? Optional.of(IETFUtils.valueToString(found[0].getFirst().getValue()))
        : Optional.empty();
  }
}

package dev.wherry.machinery.pki;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/**
 * PEM text (RFC 7468) of certificates, requests and keys, with Base64 lines of 64 characters. By
 * the JDK alone: Bouncy Castle's signed archive is verified before its first class is loaded, which
 * a start that issues nothing need not wait for.
 */
public final class Pem {
  /** Label of an X.509 certificate. */
  public static final String CERTIFICATE = "CERTIFICATE";

  /** Label of a PKCS#10 request. */
  public static final String CERTIFICATE_REQUEST = "CERTIFICATE REQUEST";

  /** Label of a PKCS#8 private key, the form Wherry writes. */
  public static final String PRIVATE_KEY = "PRIVATE KEY";

  /** Label of an X.509 SubjectPublicKeyInfo. */
  public static final String PUBLIC_KEY = "PUBLIC KEY";

  private static final String EC_PRIVATE_KEY = "EC PRIVATE KEY";
  private static final String RSA_PRIVATE_KEY = "RSA PRIVATE KEY";

  /** Tried in this order; the JDK tells by itself whether a key is of the algorithm. */
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";
  private static final int LINE_CHARS = 64;
  private static final int TEXT_CHARS_MAX = 4 * 1024 * 1024;

  /** One armoured block: its label and the bytes inside. */
  public record Block(String label, byte[] der) {}

  private Pem() {}

  /** Armours bytes, ending with a line feed. */
  public static String encode(String label, byte[] der) {
    Base64.Encoder lines = Base64.getMimeEncoder(LINE_CHARS, new byte[] {'\n'});
    return BEGIN
        + label
        + DASHES
        + "\n"
        + lines.encodeToString(der)
        + "\n"
        + END
        + label
        + DASHES
        + "\n";
  }

  /** The certificates one after the other, leaf first as TLS wants a chain. */
  public static String certificates(Collection<X509Certificate> chain) {
    StringBuilder text = new StringBuilder();
    for (X509Certificate certificate : chain) {
      try {
        text.append(encode(CERTIFICATE, certificate.getEncoded()));
      } catch (CertificateEncodingException e) {
        throw new PkiException("a certificate cannot be encoded", e);
      }
    }
    return text.toString();
  }

  /** A private key as PKCS#8. */
  public static String privateKey(PrivateKey key) {
    return encode(PRIVATE_KEY, key.getEncoded());
  }

  /** A public key as SubjectPublicKeyInfo. */
  public static String publicKey(PublicKey key) {
    return encode(PUBLIC_KEY, key.getEncoded());
  }

  /**
   * All blocks of a text, in order; text between blocks is ignored.
   *
   * @throws PkiException when a block does not end, or is not Base64, or the text is over 4 MiB
   */
  public static List<Block> blocks(String text) {
    if (text.length() > TEXT_CHARS_MAX) {
      throw new PkiException("PEM text of more than " + TEXT_CHARS_MAX + " characters");
    }
    List<Block> blocks = new ArrayList<>();
    int from = text.indexOf(BEGIN);
    while (from >= 0) {
      int labelEnd = text.indexOf(DASHES, from + BEGIN.length());
      if (labelEnd < 0) {
        throw new PkiException("a PEM block's first line does not end");
      }
      String label = text.substring(from + BEGIN.length(), labelEnd);
      String closing = END + label + DASHES;
      int end = text.indexOf(closing, labelEnd);
      if (end < 0) {
        throw new PkiException("PEM block " + label + " does not end");
      }
      blocks.add(new Block(label, decode(label, text.substring(labelEnd + 5, end))));
      from = text.indexOf(BEGIN, end + closing.length());
    }
    return blocks;
  }

  /** The certificates of a text; other blocks are passed over. */
  public static List<X509Certificate> certificates(String text) {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Block block : blocks(text)) {
      if (block.label().equals(CERTIFICATE)) {
        certificates.add(certificate(block.der()));
      }
    }
    return certificates;
  }

  /** The first certificate of a text. */
  public static X509Certificate certificate(String text) {
    List<X509Certificate> all = certificates(text);
    if (all.isEmpty()) {
      throw new PkiException("no certificate in the PEM text");
    }
    return all.getFirst();
  }

  /** A certificate from DER. */
  public static X509Certificate certificate(byte[] der) {
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new PkiException("not an X.509 certificate", e);
    }
  }

  /** The first private key of a text: PKCS#8, or the older EC (SEC 1) and RSA (PKCS#1) forms. */
  public static PrivateKey privateKey(String text) {
    for (Block block : blocks(text)) {
      switch (block.label()) {
        case PRIVATE_KEY -> {
          return pkcs8(block.der());
        }
        case EC_PRIVATE_KEY -> {
          return pkcs8(OlderKeys.fromSec1(block.der()));
        }
        case RSA_PRIVATE_KEY -> {
          return pkcs8(OlderKeys.fromPkcs1(block.der()));
        }
        default -> {
          // Certificates and parameters may stand before the key in one file.
        }
      }
    }
    throw new PkiException("no private key in the PEM text");
  }

  /** The public keys of a text, those of certificates included. */
  public static List<PublicKey> publicKeys(String text) {
    List<PublicKey> keys = new ArrayList<>();
    for (Block block : blocks(text)) {
      if (block.label().equals(PUBLIC_KEY)) {
        keys.add(subjectPublicKey(block.der()));
      } else if (block.label().equals(CERTIFICATE)) {
        keys.add(certificate(block.der()).getPublicKey());
      }
    }
    return keys;
  }

  static PublicKey subjectPublicKey(byte[] der) {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der));
      } catch (GeneralSecurityException e) {
        // A key of another algorithm.
      }
    }
    throw new PkiException("not a public key: none of " + ALGORITHMS);
  }

  private static PrivateKey pkcs8(byte[] der) {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (GeneralSecurityException e) {
        // A key of another algorithm.
      }
    }
    throw new PkiException("not a private key in PKCS#8: none of " + ALGORITHMS);
  }

  private static byte[] decode(String label, String body) {
    try {
      return Base64.getMimeDecoder().decode(body.getBytes(StandardCharsets.US_ASCII));
    } catch (IllegalArgumentException e) {
      throw new PkiException("PEM block " + label + " is not Base64", e);
    }
  }
}

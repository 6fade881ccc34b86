package dev.wherry.machinery.pki;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/**
 * The subject of a certificate as Kubernetes reads it: common name = user, organizations = groups,
 * and the optional user UID attribute.
 *
 * @param commonName the user name, "" when the subject has none
 * @param organizations the groups, in the certificate's order
 * @param uid the value of attribute 1.3.6.1.4.1.57683.2 (KEP-5094), when present
 */
public record Subject(String commonName, List<String> organizations, Optional<String> uid) {
  private static final ASN1ObjectIdentifier UID_ATTRIBUTE =
      new ASN1ObjectIdentifier("1.3.6.1.4.1.57683.2");

  /** Copies the list. */
  public Subject {
    organizations = List.copyOf(organizations);
  }

  /** A subject without UID. */
  public static Subject of(String commonName, String... organizations) {
    return new Subject(commonName, List.of(organizations), Optional.empty());
  }

  /** Reads a certificate's subject. */
  public static Subject of(X509Certificate certificate) {
    return of(X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()));
  }

  static Subject of(X500Name name) {
    String commonName = "";
    List<String> organizations = new ArrayList<>();
    Optional<String> uid = Optional.empty();
    for (RDN rdn : name.getRDNs()) {
      for (AttributeTypeAndValue part : rdn.getTypesAndValues()) {
        ASN1ObjectIdentifier type = part.getType();
        if (type.equals(BCStyle.CN)) {
          commonName = text(part);
        } else if (type.equals(BCStyle.O)) {
          organizations.add(text(part));
        } else if (type.equals(UID_ATTRIBUTE)) {
          uid = Optional.of(text(part));
        }
      }
    }
    return new Subject(commonName, organizations, uid);
  }

  private static String text(AttributeTypeAndValue part) {
    if (part.getValue() instanceof org.bouncycastle.asn1.ASN1String string) {
      return string.getString();
    }
    return IETFUtils.valueToString(part.getValue());
  }

  X500Name toName() {
    X500NameBuilder builder = new X500NameBuilder(BCStyle.INSTANCE);
    for (String organization : organizations) {
      builder.addRDN(BCStyle.O, organization);
    }
    if (!commonName.isEmpty()) {
      builder.addRDN(BCStyle.CN, commonName);
    }
    uid.ifPresent(value -> builder.addRDN(UID_ATTRIBUTE, value));
    return builder.build();
  }
}

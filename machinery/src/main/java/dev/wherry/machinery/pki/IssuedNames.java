package dev.wherry.machinery.pki;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/** Subjects, names and uses in the ASN.1 form that certificates and requests are built from. */
final class IssuedNames {
  private IssuedNames() {}

  /** The values as they are: given as text, the builder would read escapes and {@code #hex}. */
  static X500Name subject(Subject subject) {
    X500NameBuilder builder = new X500NameBuilder(BCStyle.INSTANCE);
    for (String organization : subject.organizations()) {
      builder.addRDN(BCStyle.O, new DERUTF8String(organization));
    }
    if (!subject.commonName().isEmpty()) {
      builder.addRDN(BCStyle.CN, new DERUTF8String(subject.commonName()));
    }
    ASN1ObjectIdentifier uid = new ASN1ObjectIdentifier(Subject.UID_ATTRIBUTE);
    subject.uid().ifPresent(value -> builder.addRDN(uid, new DERUTF8String(value)));
    return builder.build();
  }

  static GeneralNames alternatives(AlternativeNames names) {
    List<GeneralName> all = new ArrayList<>();
    for (String name : names.dnsNames()) {
      all.add(new GeneralName(GeneralName.dNSName, name));
    }
    for (String address : names.ipAddresses()) {
      all.add(new GeneralName(GeneralName.iPAddress, address));
    }
    return new GeneralNames(all.toArray(GeneralName[]::new));
  }

  /** The names of a request; those of a certificate are read by the JDK. */
  static AlternativeNames alternatives(GeneralNames names) {
    List<String> dns = new ArrayList<>();
    List<String> addresses = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (GeneralName name : names.getNames()) {
      switch (name.getTagNo()) {
        case GeneralName.dNSName -> dns.add(text(name));
        case GeneralName.iPAddress ->
            addresses.add(address(ASN1OctetString.getInstance(name.getName()).getOctets()));
        case GeneralName.rfc822Name -> others.add("email:" + text(name));
        case GeneralName.uniformResourceIdentifier -> others.add("uri:" + text(name));
        default -> others.add("other:" + name.getTagNo());
      }
    }
    return new AlternativeNames(dns, addresses, others);
  }

  static ExtendedKeyUsage usage(CertificateUse use) {
    return new ExtendedKeyUsage(
        switch (use) {
          case CLIENT -> new KeyPurposeId[] {KeyPurposeId.id_kp_clientAuth};
          case SERVER -> new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth};
          case CLIENT_AND_SERVER ->
              new KeyPurposeId[] {KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth};
        });
  }

  private static String text(GeneralName name) {
    return ((ASN1String) name.getName()).getString();
  }

  private static String address(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets).getHostAddress();
    } catch (UnknownHostException e) {
      throw new PkiException("an IP address in the names has " + octets.length + " bytes", e);
    }
  }
}

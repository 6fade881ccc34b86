package dev.wherry.machinery.pki;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/**
 * Subject alternative names of a certificate or request.
 *
 * @param dnsNames host names, without duplicates, in order
 * @param ipAddresses literal addresses in the form {@link InetAddress#getHostAddress()} prints
 * @param others e-mail addresses and URIs as {@code email:x} and {@code uri:x}; Wherry issues none,
 *     but a signer must see them in a request to refuse it
 */
public record AlternativeNames(
    List<String> dnsNames, List<String> ipAddresses, List<String> others) {
  /** No names at all: what a client certificate carries. */
  public static final AlternativeNames NONE = new AlternativeNames(List.of(), List.of(), List.of());

  /** Copies the lists and drops duplicates. */
  public AlternativeNames {
    dnsNames = distinct(dnsNames);
    ipAddresses = distinct(ipAddresses.stream().map(AlternativeNames::canonical).toList());
    others = distinct(others);
  }

  /** Splits a mixed list of host names and literal addresses. */
  public static AlternativeNames of(Iterable<String> hosts) {
    List<String> names = new ArrayList<>();
    List<String> addresses = new ArrayList<>();
    for (String host : hosts) {
      if (isLiteralAddress(host)) {
        addresses.add(host);
      } else {
        names.add(host);
      }
    }
    return new AlternativeNames(names, addresses, List.of());
  }

  /** True when there is no name of any kind. */
  public boolean isEmpty() {
    return dnsNames.isEmpty() && ipAddresses.isEmpty() && others.isEmpty();
  }

  /** True when every DNS name and address of {@code wanted} is here. */
  public boolean covers(AlternativeNames wanted) {
    return Set.copyOf(dnsNames).containsAll(wanted.dnsNames)
        && Set.copyOf(ipAddresses).containsAll(wanted.ipAddresses);
  }

  /** The names of a certificate. */
  public static AlternativeNames of(X509Certificate certificate) {
    byte[] extension = certificate.getExtensionValue(Extension.subjectAlternativeName.getId());
    if (extension == null) {
      return NONE;
    }
    return of(GeneralNames.getInstance(ASN1OctetString.getInstance(extension).getOctets()));
  }

  static AlternativeNames of(GeneralNames names) {
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

  GeneralNames toGeneralNames() {
    List<GeneralName> names = new ArrayList<>();
    for (String name : dnsNames) {
      names.add(new GeneralName(GeneralName.dNSName, name));
    }
    for (String address : ipAddresses) {
      names.add(new GeneralName(GeneralName.iPAddress, address));
    }
    return new GeneralNames(names.toArray(GeneralName[]::new));
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

  private static boolean isLiteralAddress(String host) {
    try {
      InetAddress unused = InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private static String canonical(String address) {
    try {
      return InetAddress.ofLiteral(address).getHostAddress();
    } catch (IllegalArgumentException e) {
      throw new PkiException("not an IP address: " + address, e);
    }
  }

  private static List<String> distinct(List<String> values) {
    return List.copyOf(new LinkedHashSet<>(values));
  }
}

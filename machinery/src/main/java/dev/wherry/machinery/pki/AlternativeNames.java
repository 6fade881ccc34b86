package dev.wherry.machinery.pki;

import dev.wherry.machinery.address.AddressText;
import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Subject alternative names of a certificate or request.
 *
 * @param dnsNames host names, without duplicates, in order
 * @param ipAddresses literal addresses in the one usual form, as in Nodes' statuses
 * @param others e-mail addresses and URIs as {@code email:x} and {@code uri:x}; Wherry issues none,
 *     but a signer must see them in a request to refuse it
 */
public record AlternativeNames(
    List<String> dnsNames, List<String> ipAddresses, List<String> others) {
  /** The kinds of a general name by their tags, RFC 5280 section 4.2.1.6. */
  private static final int EMAIL = 1;

  private static final int DNS_NAME = 2;
  private static final int URI = 6;
  private static final int IP_ADDRESS = 7;

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

  /**
   * The names of a certificate.
   *
   * @throws PkiException when the extension cannot be read
   */
  public static AlternativeNames of(X509Certificate certificate) {
    List<String> dns = new ArrayList<>();
    List<String> addresses = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (List<?> name : generalNames(certificate)) {
      String value = String.valueOf(name.getLast());
      switch ((Integer) name.getFirst()) {
        case DNS_NAME -> dns.add(value);
        case IP_ADDRESS -> addresses.add(value);
        case EMAIL -> others.add("email:" + value);
        case URI -> others.add("uri:" + value);
        default -> others.add("other:" + name.getFirst());
      }
    }
    return new AlternativeNames(dns, addresses, others);
  }

  private static Collection<List<?>> generalNames(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null ? List.of() : names;
    } catch (CertificateParsingException e) {
      throw new PkiException("the certificate's alternative names cannot be read", e);
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
      return AddressText.of(InetAddress.ofLiteral(address));
    } catch (IllegalArgumentException e) {
      throw new PkiException("not an IP address: " + address, e);
    }
  }

  private static List<String> distinct(List<String> values) {
    return List.copyOf(new LinkedHashSet<>(values));
  }
}

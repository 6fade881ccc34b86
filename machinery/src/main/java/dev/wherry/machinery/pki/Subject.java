package dev.wherry.machinery.pki;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.naming.NamingException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/**
 * The subject of a certificate as Kubernetes reads it: common name = user, organizations = groups,
 * and the optional user UID attribute.
 *
 * @param commonName the user name, "" when the subject has none
 * @param organizations the groups, in the certificate's order
 * @param uid the value of attribute 1.3.6.1.4.1.57683.2 (KEP-5094), when present
 */
public record Subject(String commonName, List<String> organizations, Optional<String> uid) {
  static final String UID_ATTRIBUTE = "1.3.6.1.4.1.57683.2";

  private static final String UID_KEYWORD = "kubernetesUID";
  private static final Map<String, String> KEYWORDS = Map.of(UID_ATTRIBUTE, UID_KEYWORD);

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
    return of(certificate.getSubjectX500Principal());
  }

  /** Reads a name: of several common names the last counts, as in Go. */
  static Subject of(X500Principal name) {
    String commonName = "";
    List<String> organizations = new ArrayList<>();
    Optional<String> uid = Optional.empty();
    for (Attribute part : parts(name)) {
      String value = text(part.value());
      switch (part.type()) {
        case "CN" -> commonName = value;
        case "O" -> organizations.add(value);
        case UID_KEYWORD -> uid = Optional.of(value);
        default -> {}
      }
    }
    return new Subject(commonName, organizations, uid);
  }

  private record Attribute(String type, Object value) {}

  /** The attributes in the certificate's order, those of one relative name among them. */
  private static List<Attribute> parts(X500Principal name) {
    List<Attribute> parts = new ArrayList<>();
    try {
      for (Rdn rdn : new LdapName(name.getName(X500Principal.RFC2253, KEYWORDS)).getRdns()) {
        for (var types = rdn.toAttributes().getAll(); types.hasMore(); ) {
          var type = types.next();
          for (int i = 0; i < type.size(); i++) {
            parts.add(new Attribute(type.getID(), type.get(i)));
          }
        }
      }
    } catch (NamingException e) {
      throw new PkiException("the certificate's subject cannot be read", e);
    }
    return parts;
  }

  /** A value that is no string comes as its DER. */
  private static String text(Object value) {
    return value instanceof byte[] der ? "#" + HexFormat.of().formatHex(der) : value.toString();
  }
}

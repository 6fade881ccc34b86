package dev.wherry.network.ingress.route;

import java.util.Locale;
import java.util.Optional;

/**
 * The host names a rule is for.
 *
 * @param name lower case; of a wildcard what follows the star, such as {@code .example.com}; "" for
 *     every host
 */
public record HostPattern(Kind kind, String name) {
  /** Every host. */
  public static final HostPattern ANY = new HostPattern(Kind.ANY, "");

  private static final String STAR = "*.";

  /** How a name is meant. */
  public enum Kind {
    ANY,
    EXACT,
    /** The star stands for one label (Ingress). */
    ONE_LABEL,
    /** The star stands for one label or more (Gateway API). */
    LABELS
  }

  /** As an Ingress writes it: {@code *.foo.com} is for {@code bar.foo.com} alone. */
  public static HostPattern ofIngress(String text) {
    return of(text, Kind.ONE_LABEL);
  }

  /** As a Gateway's listener or a route writes it: the star may stand for several labels. */
  public static HostPattern ofGateway(String text) {
    return of(text, Kind.LABELS);
  }

  private static HostPattern of(String text, Kind wildcard) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.isEmpty() || lower.equals("*")) {
      return ANY;
    }
    return lower.startsWith(STAR)
        ? new HostPattern(wildcard, lower.substring(1))
        : new HostPattern(Kind.EXACT, lower);
  }

  /**
   * Whether the name is one of them.
   *
   * @param host lower case, without a port
   */
  public boolean matches(String host) {
    return switch (kind) {
      case ANY -> true;
      case EXACT -> host.equals(name);
      case LABELS -> host.length() > name.length() && host.endsWith(name);
      case ONE_LABEL ->
          host.length() > name.length()
              && host.endsWith(name)
              && host.indexOf('.') == host.length() - name.length();
    };
  }

  /** The hosts that both are for, if any: the more special one of the two. */
  public Optional<HostPattern> intersect(HostPattern other) {
    if (kind == Kind.ANY || equals(other)) {
      return Optional.of(other);
    }
    if (other.kind == Kind.ANY) {
      return Optional.of(this);
    }
    if (kind == Kind.EXACT) {
      return other.matches(name) ? Optional.of(this) : Optional.empty();
    }
    if (other.kind == Kind.EXACT) {
      return matches(other.name) ? Optional.of(other) : Optional.empty();
    }
    if (other.name.endsWith(name)) {
      return Optional.of(other);
    }
    return name.endsWith(other.name) ? Optional.of(this) : Optional.empty();
  }

  @Override
  public String toString() {
    return switch (kind) {
      case ANY -> "*";
      case EXACT -> name;
      case ONE_LABEL, LABELS -> "*" + name;
    };
  }
}

package dev.wherry.apiserver.cel;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.values.CelByteString;
import dev.wherry.apiserver.authz.Authorizer;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The classes of values by their type: where the type checker knows no type, the run time chooses a
 * function's overload by them.
 */
final class CelClasses {
  private static final Map<String, Class<?>> OPAQUE =
      Map.ofEntries(
          Map.entry("net.IP", InetAddress.class),
          Map.entry("net.CIDR", AddressFunctions.Network.class),
          Map.entry("kubernetes.Quantity", QuantityFunctions.Amount.class),
          Map.entry("kubernetes.Semver", SemverFunctions.Semver.class),
          Map.entry("kubernetes.NamedFormat", TextFunctions.Format.class),
          Map.entry("kubernetes.URL", URI.class),
          Map.entry(AuthorizerFunctions.AUTHORIZER.name(), AuthorizerFunctions.Asking.class),
          Map.entry(
              AuthorizerFunctions.RESOURCE_CHECK.name(), AuthorizerFunctions.Asking.Resource.class),
          Map.entry(AuthorizerFunctions.PATH_CHECK.name(), AuthorizerFunctions.PathCheck.class),
          Map.entry(AuthorizerFunctions.GROUP_CHECK.name(), AuthorizerFunctions.GroupCheck.class),
          Map.entry(AuthorizerFunctions.DECISION.name(), Authorizer.Verdict.class));

  private CelClasses() {}

  /** The class of a type's values; Object where it may be any. */
  static Class<?> of(CelType type) {
    if (type.kind() == CelKind.OPAQUE) {
      return OPAQUE.getOrDefault(type.name(), Object.class);
    }
    return switch (type.kind()) {
      case STRING -> String.class;
      case INT -> Long.class;
      case UINT -> UnsignedLong.class;
      case DOUBLE -> Double.class;
      case BOOL -> Boolean.class;
      case BYTES -> CelByteString.class;
      case LIST -> List.class;
      case MAP -> Map.class;
      default -> Object.class;
    };
  }

  /** The name of the type of a value that Kubernetes adds; of others that of their class. */
  static String typeName(Object value) {
    for (Map.Entry<String, Class<?>> known : OPAQUE.entrySet()) {
      if (known.getValue().isInstance(value)) {
        return known.getKey();
      }
    }
    return value instanceof Optional ? "optional_type" : value.getClass().getSimpleName();
  }
}

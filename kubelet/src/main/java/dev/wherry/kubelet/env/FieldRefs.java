package dev.wherry.kubelet.env;

import dev.wherry.model.core.v1.Pod;
import java.util.Map;
import java.util.TreeMap;

/** Values of a pod's own fields (rule: downward API). */
public final class FieldRefs {
  private FieldRefs() {}

  /**
   * The field's value as text.
   *
   * @throws ConfigException when the downward API has no such field
   */
  public static String value(Pod pod, PodAddresses addresses, String fieldPath)
      throws ConfigException {
    int bracket = fieldPath.indexOf("['");
    if (bracket > 0 && fieldPath.endsWith("']")) {
      String key = fieldPath.substring(bracket + 2, fieldPath.length() - 2);
      return switch (fieldPath.substring(0, bracket)) {
        case "metadata.labels" -> pod.metadata().labels().getOrDefault(key, "");
        case "metadata.annotations" -> pod.metadata().annotations().getOrDefault(key, "");
        default -> throw unsupported(fieldPath);
      };
    }
    return switch (fieldPath) {
      case "metadata.name" -> pod.metadata().name();
      case "metadata.namespace" -> pod.metadata().namespace();
      case "metadata.uid" -> pod.metadata().uid();
      case "metadata.labels" -> lines(pod.metadata().labels());
      case "metadata.annotations" -> lines(pod.metadata().annotations());
      case "spec.nodeName" -> pod.spec().nodeName();
      case "spec.serviceAccountName" -> pod.spec().serviceAccountName();
      case "spec.restartPolicy" -> pod.spec().restartPolicy();
      case "status.phase" -> pod.status().phase();
      case "status.hostIP" -> addresses.hostIps().isEmpty() ? "" : addresses.hostIps().getFirst();
      case "status.hostIPs" -> String.join(",", addresses.hostIps());
      case "status.podIP" -> addresses.podIps().isEmpty() ? "" : addresses.podIps().getFirst();
      case "status.podIPs" -> String.join(",", addresses.podIps());
      default -> throw unsupported(fieldPath);
    };
  }

  private static ConfigException unsupported(String fieldPath) {
    return new ConfigException("unsupported fieldPath: " + fieldPath);
  }

  /** One {@code key="value"} a line, sorted, as Go quotes. */
  private static String lines(Map<String, String> values) {
    StringBuilder out = new StringBuilder();
    new TreeMap<>(values)
        .forEach((key, value) -> {
          if (!out.isEmpty()) {
            out.append('\n');
          }
          out.append(key).append('=').append(quote(value));
        });
    return out.toString();
  }

  private static String quote(String value) {
    StringBuilder out = new StringBuilder("\"");
    value
        .codePoints()
        .forEach(c -> {
          switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
              if (c < ' ' || c == 0x7f) {
                out.append(String.format("\\x%02x", c));
              } else {
                out.appendCodePoint(c);
              }
            }
          }
        });
    return out.append('"').toString();
  }
}

package dev.wherry.apiserver.aggregation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.proxy.ServiceCalls;
import dev.wherry.apiserver.view.Trees;
import java.util.Comparator;
import java.util.Optional;

/**
 * An APIService that names a Service.
 *
 * @param caBundle Base64 of PEM; "" for the host's own authorities
 * @param insecure whether any certificate will do
 * @param groupPriority groups with a higher one come first
 * @param versionPriority versions of a group with a higher one come first
 * @param available what its condition says
 */
record ApiService(
    String name,
    String group,
    String version,
    ServiceCalls.Place place,
    String caBundle,
    boolean insecure,
    int groupPriority,
    int versionPriority,
    boolean available) {
  private static final int HTTPS_PORT = 443;

  static final Comparator<ApiService> ORDER =
      Comparator.comparingInt(ApiService::groupPriority)
          .reversed()
          .thenComparing(ApiService::group)
          .thenComparing(Comparator.comparingInt(ApiService::versionPriority).reversed())
          .thenComparing(ApiService::version);

  /** Empty for one that is served here. */
  static Optional<ApiService> of(ObjectNode object) {
    JsonNode spec = object.path("spec");
    JsonNode service = spec.path("service");
    if (!service.isObject()) {
      return Optional.empty();
    }
    return Optional.of(
        new ApiService(
            Trees.name(object),
            Trees.text(spec, "group"),
            Trees.text(spec, "version"),
            new ServiceCalls.Place(
                Trees.text(service, "namespace"),
                Trees.text(service, "name"),
                service.path("port").asInt(HTTPS_PORT)),
            Trees.text(spec, "caBundle"),
            spec.path("insecureSkipTLSVerify").asBoolean(),
            spec.path("groupPriorityMinimum").asInt(),
            spec.path("versionPriority").asInt(),
            isAvailable(object)));
  }

  static boolean isAvailable(ObjectNode object) {
    for (JsonNode condition : object.path("status").path("conditions")) {
      if (Trees.text(condition, "type").equals("Available")) {
        return Trees.text(condition, "status").equals("True");
      }
    }
    return false;
  }

  /** {@code GROUP/VERSION}. */
  String groupVersion() {
    return group + "/" + version;
  }

  /** {@code /apis/GROUP/VERSION}. */
  String path() {
    return "/apis/" + group + "/" + version;
  }
}

package dev.wherry.runtime.images;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * What images must be made for.
 *
 * @param architecture as OCI names it
 */
public record Platform(String architecture) {
  private static final String LINUX = "linux";

  /** This machine's. */
  public static Platform here() {
    return new Platform(dev.wherry.runtime.ShimBinary.ociArchitecture());
  }

  /** The entry of an index for this platform; the plainest where several fit. */
  public Optional<JsonNode> choose(JsonNode manifests) {
    Optional<JsonNode> fitting = Optional.empty();
    for (JsonNode manifest : manifests) {
      JsonNode platform = manifest.path("platform");
      if (!LINUX.equals(platform.path("os").asText(""))
          || !architecture.equals(platform.path("architecture").asText(""))) {
        continue;
      }
      String variant = platform.path("variant").asText("");
      if (variant.isEmpty() || (architecture.equals("arm64") && variant.equals("v8"))) {
        return Optional.of(manifest);
      }
      if (fitting.isEmpty() && architecture.equals("arm64")) {
        fitting = Optional.of(manifest);
      }
    }
    // An index made without platforms has one entry, for whoever made it.
    boolean nameless = manifests.size() == 1 && !manifests.get(0).has("platform");
    return fitting.isEmpty() && nameless ? Optional.of(manifests.get(0)) : fitting;
  }

  @Override
  public String toString() {
    return LINUX + "/" + architecture;
  }
}

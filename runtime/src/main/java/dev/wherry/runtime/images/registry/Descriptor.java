package dev.wherry.runtime.images.registry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Pattern;

/**
 * What a manifest says of a blob (OCI image specification: content descriptors).
 *
 * @param digest {@code sha256:...}
 * @param size in bytes
 */
public record Descriptor(String mediaType, String digest, long size) {
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

  static Descriptor of(JsonNode tree) throws PullException {
    Descriptor descriptor =
        new Descriptor(
            tree.path("mediaType").asText(""),
            tree.path("digest").asText(""),
            tree.path("size").asLong(-1));
    if (!DIGEST.matcher(descriptor.digest).matches() || descriptor.size < 0) {
      throw new PullException(
          PullException.Reason.DAMAGED, "a manifest names a blob that cannot be: " + tree);
    }
    return descriptor;
  }

  /** The digest without its algorithm. */
  public String hex() {
    return digest.substring(digest.indexOf(':') + 1);
  }
}

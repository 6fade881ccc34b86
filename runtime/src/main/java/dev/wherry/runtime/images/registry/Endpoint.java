package dev.wherry.runtime.images.registry;

import dev.wherry.runtime.images.ImageName;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * A server that may have an image.
 *
 * @param base scheme and authority, perhaps a path before {@code /v2}
 * @param mirror whether it stands for another one, whose name it is then told
 */
record Endpoint(URI base, RegistryConfig.Host host, boolean mirror) {
  /** The address of a manifest or blob. */
  URI of(ImageName name, String what, String reference) {
    String stem = base.toString().replaceFirst("/+$", "");
    String versioned = stem.endsWith("/v2") ? stem : stem + "/v2";
    String query = mirror ? "?ns=" + URLEncoder.encode(name.domain(), StandardCharsets.UTF_8) : "";
    return URI.create(versioned + "/" + name.path() + "/" + what + "/" + reference + query);
  }
}

package dev.wherry.cli.client.select;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.discovery.Discovery;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.failure.ClientException;

/** Finds the place of a manifest's object on the server. */
public final class ManifestTargets {
  private final Discovery discovery;
  private final String namespace;
  private final boolean forced;

  /**
   * @param namespace the one in force
   * @param forced whether the command line named it
   */
  public ManifestTargets(Discovery discovery, String namespace, boolean forced) {
    this.discovery = discovery;
    this.namespace = namespace;
    this.forced = forced;
  }

  /**
   * The target of a manifest; its object gets the namespace if it has none.
   *
   * @throws ClientException when the server has no such kind, or the namespaces contradict
   */
  public Target of(Manifest manifest) {
    ResourceType type =
        discovery
            .ofKind(manifest.apiVersion(), manifest.kind())
            .orElseThrow(() ->
                ClientException.error(
                    ("resource mapping not found for name: \"%s\" namespace: \"%s\" from"
                            + " \"%s\": no matches for kind \"%s\" in version \"%s\"\n"
                            + "ensure CRDs are installed first")
                        .formatted(
                            manifest.name(),
                            manifest.namespace(),
                            manifest.source(),
                            manifest.kind(),
                            manifest.apiVersion())));
    if (!type.namespaced()) {
      return new Target(type, "", manifest.name(), manifest.source());
    }
    String own = manifest.namespace();
    if (own.isEmpty()) {
      ObjectNode metadata =
          manifest.object().get("metadata") instanceof ObjectNode present
              ? present
              : manifest.object().putObject("metadata");
      metadata.put("namespace", namespace);
    } else if (forced && !own.equals(namespace)) {
      throw ClientException.error(
          ("the namespace from the provided object \"%s\" does not match the namespace \"%s\". You"
                  + " must pass '--namespace=%s' to perform this operation.")
              .formatted(own, namespace, own));
    }
    return new Target(type, own.isEmpty() ? namespace : own, manifest.name(), manifest.source());
  }
}

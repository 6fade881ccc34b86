package dev.wherry.apiserver.bootstrap;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.json.Json;
import java.util.Optional;

/**
 * The ConfigMap kube-system/extension-apiserver-authentication: whom servers behind this one
 * believe (kubernetes pkg/controlplane/controller/clusterauthenticationtrust).
 */
public final class ExtensionAuthentication {
  private static final Resource CONFIG_MAPS = new Resource("", "configmaps");
  private static final String NAMESPACE = "kube-system";
  private static final String NAME = "extension-apiserver-authentication";

  private ExtensionAuthentication() {}

  /**
   * Brings the object about.
   *
   * @param clientAuthority whose client certificates are users, in PEM
   * @param frontProxyAuthority whose client certificate is the front proxy, in PEM
   */
  public static void publish(
      ObjectWriter writer, String clientAuthority, String frontProxyAuthority) {
    ObjectNode wanted = object(clientAuthority, frontProxyAuthority);
    Optional<ObjectNode> found = writer.get(CONFIG_MAPS, NAMESPACE, NAME);
    if (found.isEmpty()) {
      writer.create(CONFIG_MAPS, wanted);
    } else if (!found.get().path("data").equals(wanted.path("data"))) {
      ObjectNode next = found.get().deepCopy();
      next.set("data", wanted.path("data"));
      writer.update(CONFIG_MAPS, next);
    }
  }

  private static ObjectNode object(String clientAuthority, String frontProxyAuthority) {
    ObjectNode object = Json.object().put("apiVersion", "v1").put("kind", "ConfigMap");
    object.putObject("metadata").put("name", NAME).put("namespace", NAMESPACE);
    object
        .putObject("data")
        .put("client-ca-file", clientAuthority)
        .put("requestheader-allowed-names", "[\"front-proxy-client\"]")
        .put("requestheader-client-ca-file", frontProxyAuthority)
        .put("requestheader-extra-headers-prefix", "[\"X-Remote-Extra-\"]")
        .put("requestheader-group-headers", "[\"X-Remote-Group\"]")
        .put("requestheader-uid-headers", "[\"X-Remote-Uid\"]")
        .put("requestheader-username-headers", "[\"X-Remote-User\"]");
    return object;
  }
}

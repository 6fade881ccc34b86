package dev.wherry.kubelet.image;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.kubelet.pod.PodApi;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.LocalObjectReference;
import dev.wherry.model.core.v1.Secret;
import dev.wherry.model.json.Json;
import dev.wherry.proto.cri.v1.AuthConfig;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;

/** Finds a registry's credentials in a pod's image pull secrets. */
final class PullSecrets {
  private static final System.Logger LOG = System.getLogger(PullSecrets.class.getName());
  private static final String CONFIG_KEY = ".dockerconfigjson";
  private static final String DOCKER_HUB = "index.docker.io";

  private PullSecrets() {}

  /** The first credentials whose server is the image's; empty credentials when there are none. */
  static AuthConfig find(PodApi api, PodView pod, String fullName) {
    String domain = fullName.substring(0, fullName.indexOf('/'));
    for (LocalObjectReference reference : pod.spec().imagePullSecrets()) {
      Optional<Secret> secret = api.secret(pod.namespace(), reference.name());
      Bytes config = secret.map(s -> s.data().get(CONFIG_KEY)).orElse(null);
      if (config == null) {
        LOG.log(
            Level.DEBUG,
            "image pull secret not usable pod={0} secret={1}",
            pod.identity(),
            reference.name());
        continue;
      }
      JsonNode servers = Json.parse(config.toArray()).path("auths");
      for (Map.Entry<String, JsonNode> server : servers.properties()) {
        if (matches(server.getKey(), domain)) {
          return credentials(server.getValue());
        }
      }
    }
    return AuthConfig.getDefaultInstance();
  }

  private static boolean matches(String server, String domain) {
    String host = server.replaceFirst("^https?://", "");
    int slash = host.indexOf('/');
    host = slash < 0 ? host : host.substring(0, slash);
    return host.equals(domain) || (host.equals(DOCKER_HUB) && domain.equals("docker.io"));
  }

  private static AuthConfig credentials(JsonNode entry) {
    return AuthConfig.newBuilder()
        .setUsername(entry.path("username").asText(""))
        .setPassword(entry.path("password").asText(""))
        .setAuth(entry.path("auth").asText(""))
        .setIdentityToken(entry.path("identitytoken").asText(""))
        .build();
  }
}

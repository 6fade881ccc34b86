package dev.wherry.kubelet.cri;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.proto.cri.v1.StatusResponse;
import java.nio.charset.StandardCharsets;

/** What containerd's CRI plugin tells of its configuration in a verbose status. */
final class CriStatusConfig {
  private CriStatusConfig() {}

  /** Whether the default runtime's cgroups are systemd's. */
  static boolean systemdCgroup(StatusResponse status) {
    String config = status.getInfoMap().getOrDefault("config", "{}");
    try {
      JsonNode containerd = Json.parse(config.getBytes(StandardCharsets.UTF_8)).path("containerd");
      String runtime = containerd.path("defaultRuntimeName").asText("runc");
      return containerd
          .path("runtimes")
          .path(runtime)
          .path("options")
          .path("SystemdCgroup")
          .asBoolean();
    } catch (DecodeException e) {
      return false;
    }
  }
}

package dev.wherry.kubelet.csi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.kubelet.pod.PodApi;
import dev.wherry.kubelet.volume.VolumeException;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Secret;
import dev.wherry.model.core.v1.SecretReference;
import dev.wherry.model.json.Json;
import dev.wherry.model.storage.v1.CSIDriver;
import dev.wherry.model.storage.v1.TokenRequest;
import dev.wherry.model.storage.v1.VolumeAttachment;
import dev.wherry.model.volume.DriverVolume;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the API says of drivers and their volumes. Blocking.
 *
 * @param pods for secrets and tokens
 */
record CsiApi(ApiClient api, PodApi pods, String nodeName, Timer timer) {
  private static final int ATTACHED_LOOKS = 12;
  private static final Duration ATTACHED_LOOK = Duration.ofMillis(250);
  private static final long TOKEN_SECONDS = 3_600;

  Optional<CSIDriver> driver(String name) {
    return api.find(CSIDriver.KIND, "", name);
  }

  /**
   * The same, after some seconds in which it may yet be attached: then the pod need not wait more.
   */
  Map<String, String> awaitAttached(CsiSource source) throws VolumeException {
    for (int looks = 1; ; looks++) {
      try {
        return attached(source);
      } catch (VolumeException e) {
        if (looks == ATTACHED_LOOKS) {
          throw e;
        }
      }
      try {
        timer.pause(ATTACHED_LOOK);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        throw new VolumeException("the node agent is ending");
      }
    }
  }

  /**
   * What the driver's controller said when it attached a volume to this node.
   *
   * @throws VolumeException while it has not
   */
  Map<String, String> attached(CsiSource source) throws VolumeException {
    String name = new DriverVolume(source.driver(), source.handle()).attachment(nodeName);
    VolumeAttachment attachment =
        api.find(VolumeAttachment.KIND, "", name)
            .orElseThrow(() ->
                new VolumeException(
                    "volume attachment is being waited for: volumeattachments.storage.k8s.io \""
                        + name
                        + "\" not found"));
    if (attachment.metadata().deletionTimestamp() != null) {
      throw new VolumeException("volume attachment " + name + " is being deleted");
    }
    var error = attachment.status().attachError();
    if (error != null && !error.message().isEmpty()) {
      throw new VolumeException(error.message());
    }
    if (!Boolean.TRUE.equals(attachment.status().attached())) {
      throw new VolumeException("volume is not attached yet by attachment " + name);
    }
    return attachment.status().attachmentMetadata();
  }

  /** Says what this node has, so that nothing of it is detached; known to the API on return. */
  void inUse(Collection<String> volumes) {
    ObjectNode patch = Json.object();
    var list = patch.putObject("status").putArray("volumesInUse");
    volumes.forEach(list::add);
    var _ = api.patch(Node.KIND, "", nodeName, PatchType.STRATEGIC_MERGE, patch, "status");
  }

  /** A secret's entries for a driver; none where none is named. */
  Map<String, String> secret(Optional<SecretReference> reference) throws VolumeException {
    if (reference.isEmpty()) {
      return Map.of();
    }
    SecretReference named = reference.get();
    Secret secret =
        pods.secret(named.namespace(), named.name())
            .orElseThrow(() ->
                new VolumeException(
                    "failed to get secret %s/%s: secrets \"%s\" not found"
                        .formatted(named.namespace(), named.name(), named.name())));
    Map<String, String> entries = new TreeMap<>();
    secret
        .data()
        .forEach(
            (key, value) -> entries.put(key, new String(value.toArray(), StandardCharsets.UTF_8)));
    return entries;
  }

  /**
   * Tokens of the pod's service account, as the driver's object asks for them: JSON by audience.
   */
  String tokens(Pod pod, List<TokenRequest> requests) {
    ObjectNode all = Json.object();
    for (TokenRequest request : requests) {
      Long seconds = request.expirationSeconds();
      PodApi.Token token =
          pods.token(pod, request.audience(), seconds == null ? TOKEN_SECONDS : seconds);
      all.putObject(request.audience())
          .put("token", token.token())
          .put("expirationTimestamp", token.expires().toString());
    }
    return all.toString();
  }

  /** Tells that a claim has its new size on this node. */
  void grown(PersistentVolumeClaim claim, Quantity size) {
    ObjectNode patch = Json.object();
    ObjectNode status = patch.putObject("status");
    status.putObject("capacity").put("storage", size.toString());
    status.putObject("allocatedResourceStatuses").putNull("storage");
    var conditions = status.putArray("conditions");
    for (String type : List.of("FileSystemResizePending", "Resizing")) {
      conditions.addObject().put("$patch", "delete").put("type", type);
    }
    var _ =
        api.patch(
            PersistentVolumeClaim.KIND,
            claim.metadata().namespace(),
            claim.metadata().name(),
            PatchType.STRATEGIC_MERGE,
            patch,
            "status");
  }
}

package dev.wherry.scheduler.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.json.Json;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.scheduler.framework.DeviceClaimWriter;
import dev.wherry.scheduler.view.DeviceChoice;
import dev.wherry.scheduler.view.PodView;
import java.util.List;
import java.util.Optional;

/** Writes choices of devices into the claims' statuses (dynamicresources bindClaim). */
final class ApiDeviceWriter implements DeviceClaimWriter {
  /** Others write claims too: the status of their devices, finalizers. */
  private static final int ATTEMPTS_MAX = 5;

  private final ApiClient client;

  ApiDeviceWriter(ApiClient client) {
    this.client = client;
  }

  @Override
  public Optional<String> reserve(PodView pod, DeviceChoice choice) {
    ResourceClaim claim = choice.claim();
    for (int attempt = 1; ; attempt++) {
      Optional<String> barred = bar(choice, claim);
      if (barred.isPresent()) {
        return barred;
      }
      try {
        write(pod, choice, claim);
        return Optional.empty();
      } catch (ApiException e) {
        if (e.reason() != Reason.CONFLICT || attempt == ATTEMPTS_MAX) {
          String what =
              choice.allocation().isPresent() ? "allocation and reservation" : "reservation";
          return Optional.of(
              "add %s to claim %s: %s".formatted(what, DeviceClaims.named(claim), e.getMessage()));
        }
        claim =
            client.get(ResourceClaim.KIND, claim.metadata().namespace(), claim.metadata().name());
      }
    }
  }

  private static Optional<String> bar(DeviceChoice choice, ResourceClaim now) {
    String named = "claim " + DeviceClaims.named(now);
    boolean other = !now.metadata().uid().equals(choice.claim().metadata().uid());
    if (other || now.metadata().deletionTimestamp() != null) {
      return Optional.of(named + " got deleted in the meantime");
    }
    boolean allocated = DeviceClaims.isAllocated(now);
    if (choice.allocation().isPresent() && allocated) {
      return Optional.of(named + " got allocated elsewhere in the meantime");
    }
    return choice.allocation().isEmpty() && !allocated
        ? Optional.of(named + " got deallocated elsewhere in the meantime")
        : Optional.empty();
  }

  private void write(PodView pod, DeviceChoice choice, ResourceClaim now) {
    ResourceClaim claim = now;
    if (choice.allocation().isPresent()) {
      if (!DeviceClaims.isProtected(claim)) {
        claim = client.update(ResourceClaim.KIND, DeviceClaims.protect(claim));
      }
      claim =
          claim.toBuilder()
              .status(claim.status().toBuilder().allocation(choice.allocation().get()).build())
              .build();
    }
    client.updateStatus(
        ResourceClaim.KIND, DeviceClaims.reserved(claim, pod.key().name(), pod.uid()));
  }

  @Override
  public void unreserve(PodView pod, ResourceClaim claim) {
    ObjectNode patch = Json.object();
    patch.putObject("metadata").put("uid", claim.metadata().uid());
    patch
        .putObject("status")
        .putArray("reservedFor")
        .addObject()
        .put("$patch", "delete")
        .put("uid", pod.uid());
    client.patch(
        ResourceClaim.KIND,
        claim.metadata().namespace(),
        claim.metadata().name(),
        PatchType.STRATEGIC_MERGE,
        patch,
        "status");
  }

  @Override
  public void deallocate(ResourceClaim claim) {
    client.updateStatus(
        ResourceClaim.KIND, DeviceClaims.usedBy(DeviceClaims.deallocated(claim), List.of()));
  }
}

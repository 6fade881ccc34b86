package dev.wherry.kubelet.dynamic;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.ResourceRequirements;
import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.device.PodDeviceClaim;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.status.ApiException;
import dev.wherry.proto.podresources.v1.CDIDevice;
import dev.wherry.proto.podresources.v1.ClaimResource;
import dev.wherry.proto.podresources.v1.DynamicResource;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A node's side of resource claims. A claim is prepared for its first pod and taken back after its
 * last; drivers are asked again after a restart of the agent, as upstream does. Safe for many
 * threads; no lock is held while a driver is asked.
 */
public final class DynamicResources {
  private static final System.Logger LOG = System.getLogger(DynamicResources.class.getName());

  private final ApiClient api;
  private final DraDrivers drivers;
  private final ClaimBook book;

  /** Pods that went while nobody looked, and whose claims a driver has not taken back yet. */
  private final Set<String> leftBehind = ConcurrentHashMap.newKeySet();

  /**
   * @param folder where what was prepared is noted
   */
  public DynamicResources(ApiClient api, DraDrivers drivers, Path folder) {
    this.api = api;
    this.drivers = drivers;
    this.book = new ClaimBook(folder.resolve("claims.json"));
    drivers.onArrival(() -> Thread.ofVirtual().name("claims-left").start(this::releaseLeft));
  }

  /** A claim of the pod, as found, and the driver of each of its devices. */
  private record Wanted(PreparedClaim claim, Map<String, DraDriver> drivers) {}

  /**
   * Makes all of a pod's claims ready.
   *
   * @throws DynamicResourcesException why not; to be tried again. Where a claim may not be used or
   *     a driver is not there, nobody was told anything
   */
  public void prepare(PodView pod) throws DynamicResourcesException {
    List<Wanted> all = new ArrayList<>();
    for (PodDeviceClaim one : PodDeviceClaim.of(pod.pod())) {
      Optional<ResourceClaim> claim = claim(pod, one);
      if (claim.isPresent()) {
        all.add(wanted(PreparedClaim.of(claim.get(), pod.uid())));
      }
    }
    for (Wanted wanted : all) {
      PreparedClaim claim = book.use(wanted.claim(), pod.uid());
      if (!claim.done()) {
        Map<String, List<PreparedDevice>> devices = new TreeMap<>();
        for (var driver : wanted.drivers().entrySet()) {
          devices.put(
              driver.getKey(),
              driver.getValue().prepare(claim.claim()).getDevicesList().stream()
                  .map(PreparedDevice::of)
                  .toList());
        }
        book.prepared(claim.prepared(devices));
      }
    }
  }

  private Wanted wanted(PreparedClaim claim) throws DynamicResourcesException {
    Map<String, DraDriver> found = new TreeMap<>();
    for (String driver : claim.drivers().keySet()) {
      found.put(driver, drivers.get(driver));
    }
    return new Wanted(claim, found);
  }

  /** The claim, as the API has it now; empty where the pod needs none. */
  private Optional<ResourceClaim> claim(PodView pod, PodDeviceClaim one)
      throws DynamicResourcesException {
    Optional<String> missing = one.missing(pod.namespace() + "/" + pod.name());
    if (missing.isPresent()) {
      throw new DynamicResourcesException(missing.get());
    }
    if (one.claim().isEmpty()) {
      return Optional.empty();
    }
    ResourceClaim claim;
    try {
      claim = api.get(ResourceClaim.KIND, pod.namespace(), one.claim());
    } catch (ApiException e) {
      throw new DynamicResourcesException(
          "fetch ResourceClaim %s: %s".formatted(one.claim(), e.getMessage()));
    }
    if (one.isGenerated() && !DeviceClaims.isOwned(pod.uid(), claim)) {
      throw new DynamicResourcesException(
          DeviceClaims.notOwned(pod.namespace(), pod.name(), claim));
    }
    if (!DeviceClaims.isReservedFor(pod.uid(), claim)) {
      throw new DynamicResourcesException(
          "pod %s (%s) is not allowed to use ResourceClaim %s (%s)"
              .formatted(pod.name(), pod.uid(), one.claim(), claim.metadata().uid()));
    }
    if (!DeviceClaims.isAllocated(claim)) {
      throw new DynamicResourcesException("ResourceClaim " + one.claim() + ": not allocated");
    }
    return Optional.of(claim);
  }

  /**
   * CDI's names of what a container has through claims.
   *
   * @throws DynamicResourcesException for a claim that is not prepared
   */
  public Set<String> devices(PodView pod, Container container) throws DynamicResourcesException {
    Set<String> names = new LinkedHashSet<>();
    for (PodDeviceClaim one : PodDeviceClaim.of(pod.pod())) {
      List<String> requests = requests(container, one.name());
      if (requests.isEmpty() || one.claim().isEmpty()) {
        continue;
      }
      PreparedClaim claim =
          book.find(pod.namespace(), one.claim())
              .orElseThrow(() ->
                  new DynamicResourcesException(
                      "ResourceClaim " + one.claim() + " is not prepared on this node"));
      claim.drivers().values().stream()
          .flatMap(List::stream)
          .filter(device -> requests.stream().anyMatch(device::isFor))
          .forEach(device -> names.addAll(device.names()));
    }
    return names;
  }

  private static List<String> requests(Container container, String claim) {
    ResourceRequirements resources = container.resources();
    return resources == null
        ? List.of()
        : resources.claims().stream()
            .filter(one -> one.name().equals(claim))
            .map(dev.wherry.model.core.v1.ResourceClaim::request)
            .toList();
  }

  /** The same as monitoring agents are told. */
  public List<DynamicResource> told(PodView pod, Container container) {
    List<DynamicResource> all = new ArrayList<>();
    for (PodDeviceClaim one : PodDeviceClaim.of(pod.pod())) {
      List<String> requests = requests(container, one.name());
      if (!requests.isEmpty()) {
        book.find(pod.namespace(), one.claim()).ifPresent(claim -> all.add(told(claim, requests)));
      }
    }
    return all;
  }

  private static DynamicResource told(PreparedClaim claim, List<String> requests) {
    DynamicResource.Builder out =
        DynamicResource.newBuilder()
            .setClaimName(claim.name())
            .setClaimNamespace(claim.namespace());
    claim
        .drivers()
        .forEach((driver, devices) -> {
          for (PreparedDevice device : devices) {
            if (requests.stream().anyMatch(device::isFor)) {
              ClaimResource.Builder resource =
                  out.addClaimResourcesBuilder()
                      .setDriverName(driver)
                      .setPoolName(device.pool())
                      .setDeviceName(device.device());
              device
                  .names()
                  .forEach(name -> resource.addCdiDevices(CDIDevice.newBuilder().setName(name)));
              if (!device.share().isEmpty()) {
                resource.setShareId(device.share());
              }
            }
          }
        });
    return out.build();
  }

  /**
   * Takes back what nobody but this pod uses.
   *
   * @throws IOException when a driver is not there or refuses; nothing is lost by trying again
   */
  public void release(String pod) throws IOException {
    for (PreparedClaim claim : book.of(pod)) {
      if (!book.isLast(claim, pod)) {
        continue;
      }
      try {
        for (String driver : claim.drivers().keySet()) {
          drivers.get(driver).unprepare(claim.claim());
        }
      } catch (DynamicResourcesException e) {
        throw new IOException("unprepare dynamic resources: " + e.text(), e);
      }
      book.forget(claim);
    }
  }

  /** Takes back what others than these pods use, now or when the drivers are there. */
  public void keepOnly(Set<String> uids) {
    book.all().stream()
        .flatMap(claim -> claim.pods().stream())
        .filter(pod -> !uids.contains(pod))
        .forEach(leftBehind::add);
    releaseLeft();
  }

  private void releaseLeft() {
    for (String pod : leftBehind) {
      try {
        release(pod);
        leftBehind.remove(pod);
      } catch (IOException e) {
        LOG.log(Level.INFO, "claims of a pod that is gone stay pod={0}: {1}", pod, e.getMessage());
      }
    }
  }
}

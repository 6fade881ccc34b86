package dev.wherry.kubelet.device;

import dev.wherry.kubelet.dynamic.DynamicResources;
import dev.wherry.kubelet.placement.CpuBook;
import dev.wherry.kubelet.placement.CpuSet;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.proto.podresources.v1.AllocatableResourcesRequest;
import dev.wherry.proto.podresources.v1.AllocatableResourcesResponse;
import dev.wherry.proto.podresources.v1.ContainerDevices;
import dev.wherry.proto.podresources.v1.ContainerResources;
import dev.wherry.proto.podresources.v1.GetPodResourcesRequest;
import dev.wherry.proto.podresources.v1.GetPodResourcesResponse;
import dev.wherry.proto.podresources.v1.ListPodResourcesRequest;
import dev.wherry.proto.podresources.v1.ListPodResourcesResponse;
import dev.wherry.proto.podresources.v1.NUMANode;
import dev.wherry.proto.podresources.v1.PodResources;
import dev.wherry.proto.podresources.v1.PodResourcesListerGrpc;
import dev.wherry.proto.podresources.v1.TopologyInfo;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Tells monitoring agents which devices and CPUs each container has to itself (rule: upstream's
 * podresources v1). Only pods that are not over are told.
 */
public final class PodResourcesService extends PodResourcesListerGrpc.PodResourcesListerImplBase {
  private final DeviceBook devices;
  private final CpuBook cpus;
  private final DynamicResources claims;
  private final Supplier<Collection<PodView>> pods;

  public PodResourcesService(
      DeviceBook devices,
      CpuBook cpus,
      DynamicResources claims,
      Supplier<Collection<PodView>> pods) {
    this.devices = devices;
    this.cpus = cpus;
    this.claims = claims;
    this.pods = pods;
  }

  @Override
  public void list(ListPodResourcesRequest request, StreamObserver<ListPodResourcesResponse> out) {
    ListPodResourcesResponse.Builder all = ListPodResourcesResponse.newBuilder();
    active().forEach(pod -> all.addPodResources(of(pod)));
    out.onNext(all.build());
    out.onCompleted();
  }

  @Override
  public void get(GetPodResourcesRequest request, StreamObserver<GetPodResourcesResponse> out) {
    Optional<PodView> found =
        active().stream()
            .filter(pod ->
                pod.name().equals(request.getPodName())
                    && pod.namespace().equals(request.getPodNamespace()))
            .findFirst();
    if (found.isEmpty()) {
      out.onError(
          Status.NOT_FOUND
              .withDescription(
                  "pod %s in namespace %s not found"
                      .formatted(request.getPodName(), request.getPodNamespace()))
              .asRuntimeException());
      return;
    }
    out.onNext(GetPodResourcesResponse.newBuilder().setPodResources(of(found.get())).build());
    out.onCompleted();
  }

  @Override
  public void getAllocatableResources(
      AllocatableResourcesRequest request, StreamObserver<AllocatableResourcesResponse> out) {
    AllocatableResourcesResponse.Builder all = AllocatableResourcesResponse.newBuilder();
    for (String resource : devices.amounts().keySet()) {
      for (Device device : devices.devices(resource).values()) {
        if (device.healthy()) {
          all.addDevices(told(resource, List.of(device.id()), device.nodes().list()));
        }
      }
    }
    if (cpus.exclusive()) {
      cpus.allocatable().ids().forEach(all::addCpuIds);
    }
    out.onNext(all.build());
    out.onCompleted();
  }

  private List<PodView> active() {
    return pods.get().stream().filter(pod -> !pod.terminal()).toList();
  }

  private PodResources of(PodView pod) {
    PodResources.Builder out =
        PodResources.newBuilder().setName(pod.name()).setNamespace(pod.namespace());
    for (PodView.Named named : pod.all()) {
      if (named.role() == PodView.Role.MAIN || named.role() == PodView.Role.SIDECAR) {
        out.addContainers(of(pod, named));
      }
    }
    return out.build();
  }

  private ContainerResources of(PodView pod, PodView.Named named) {
    ContainerResources.Builder out = ContainerResources.newBuilder().setName(named.name());
    for (DeviceGrant grant : devices.held(pod.uid(), named.name())) {
      Map<String, Device> known = devices.devices(grant.resource());
      for (String id : grant.ids()) {
        Device device = known.get(id);
        out.addDevices(
            told(
                grant.resource(), List.of(id), device == null ? List.of() : device.nodes().list()));
      }
    }
    CpuSet own = cpus.own(pod.uid(), named.name()).orElse(CpuSet.EMPTY);
    own.ids().forEach(out::addCpuIds);
    return out.addAllDynamicResources(claims.told(pod, named.container())).build();
  }

  private static ContainerDevices told(String resource, List<String> ids, List<Integer> nodes) {
    ContainerDevices.Builder out =
        ContainerDevices.newBuilder().setResourceName(resource).addAllDeviceIds(ids);
    if (!nodes.isEmpty()) {
      TopologyInfo.Builder topology = TopologyInfo.newBuilder();
      nodes.forEach(node -> topology.addNodes(NUMANode.newBuilder().setID(node)));
      out.setTopology(topology);
    }
    return out.build();
  }
}

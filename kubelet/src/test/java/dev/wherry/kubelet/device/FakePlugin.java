package dev.wherry.kubelet.device;

import dev.wherry.proto.device.v1beta1.ContainerAllocateResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** A plugin in memory that remembers what it was asked. */
final class FakePlugin implements Plugin {
  final List<String> calls = new ArrayList<>();
  List<String> liked = List.of();
  String failure = "";

  @Override
  public boolean prefers() {
    return true;
  }

  @Override
  public boolean wantsStarts() {
    return true;
  }

  @Override
  public List<String> preferred(
      Collection<String> available, Collection<String> included, int count) {
    calls.add("prefer " + count + " of " + available + " with " + included);
    return liked;
  }

  @Override
  public ContainerAllocateResponse allocate(Collection<String> ids) throws DeviceException {
    calls.add("allocate " + new TreeSet<>(ids));
    if (!failure.isEmpty()) {
      throw new DeviceException(failure);
    }
    return ContainerAllocateResponse.newBuilder().putEnvs("IDS", String.join(" ", ids)).build();
  }

  @Override
  public void preStart(Collection<String> ids) {
    calls.add("preStart " + new TreeSet<>(ids));
  }
}

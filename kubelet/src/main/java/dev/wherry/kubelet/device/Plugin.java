package dev.wherry.kubelet.device;

import dev.wherry.proto.device.v1beta1.ContainerAllocateResponse;
import java.util.Collection;
import java.util.List;

/** What is asked of a device plugin. Calls block; an interrupt ends them. */
interface Plugin {
  /** Whether it can say which devices it would rather give. */
  boolean prefers();

  /** Whether it wants to know before every start of a container. */
  boolean wantsStarts();

  /** Which devices it would rather give; may be fewer. */
  List<String> preferred(Collection<String> available, Collection<String> included, int count)
      throws DeviceException, InterruptedException;

  /** Makes devices ready and says what a container needs to use them. */
  ContainerAllocateResponse allocate(Collection<String> ids)
      throws DeviceException, InterruptedException;

  /** A container with these devices is about to start. */
  void preStart(Collection<String> ids) throws DeviceException, InterruptedException;
}

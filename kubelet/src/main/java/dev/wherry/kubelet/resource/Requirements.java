package dev.wherry.kubelet.resource;

import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.ResourceRequirements;

/** What a container asks for and may use. Pure. */
public final class Requirements {
  private Requirements() {}

  /** As the spec has it; empty where it says nothing. */
  public static ResourceRequirements of(Container container) {
    ResourceRequirements resources = container.resources();
    return resources == null ? ResourceRequirements.EMPTY : resources;
  }
}

package dev.wherry.controllers;

import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Informers;
import dev.wherry.model.core.v1.Pod;
import java.util.List;

/** The pods' informer, indexed by node. */
public final class PodIndex {
  /** Pods by the name of the node they are bound to; unbound ones under "". */
  public static final String NODE = "node";

  private PodIndex() {}

  public static Informer<Pod> of(Informers informers) {
    return informers.of(Pod.KIND).index(NODE, pod -> List.of(pod.spec().nodeName()));
  }
}

package dev.wherry.controllers;

import dev.wherry.controllers.workload.Owners;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Informers;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.OwnerReference;
import java.util.List;

/** The pods' informer, indexed by node and by controller. */
public final class PodIndex {
  /** Pods by the name of the node they are bound to; unbound ones under "". */
  public static final String NODE = "node";

  /** Objects by the uid of the owner that controls them; others under {@link #orphans}. */
  public static final String CONTROLLER = "controller";

  private PodIndex() {}

  public static Informer<Pod> of(Informers informers) {
    return informers
        .of(Pod.KIND)
        .index(NODE, pod -> List.of(pod.spec().nodeName()))
        .index(CONTROLLER, PodIndex::controllerKey);
  }

  /** Where {@link #CONTROLLER} files what nobody controls. */
  public static String orphans(String namespace) {
    return "orphans/" + namespace;
  }

  /** The key of {@link #CONTROLLER}. */
  public static List<String> controllerKey(KubeObject object) {
    return List.of(
        Owners.controller(object.metadata())
            .map(OwnerReference::uid)
            .orElseGet(() -> orphans(object.metadata().namespace())));
  }
}

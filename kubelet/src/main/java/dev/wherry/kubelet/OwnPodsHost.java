package dev.wherry.kubelet;

import dev.wherry.kubelet.pod.PodWorkers;
import dev.wherry.kubelet.staticpod.StaticPods;
import dev.wherry.model.core.v1.Pod;

/** Pods of the node's own run as all others do. */
record OwnPodsHost(PodWorkers workers) implements StaticPods.Host {
  @Override
  public void run(Pod pod) {
    workers.update(pod);
  }

  @Override
  public boolean has(String uid) {
    return workers.uids().contains(uid);
  }

  @Override
  public void tellAgain(String uid) {
    workers.tellAgain(uid);
  }
}

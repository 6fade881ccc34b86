package dev.wherry.kubelet.hollow;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Pod;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Nodes without machines in this process. Closing it ends their heartbeats only: the nodes stay, as
 * those of ended kubelets do, and the next start takes them over.
 */
public final class HollowNodes implements AutoCloseable {
  private final HollowMembers members;
  private final HollowPods pods;
  private final HollowLeases leases;
  private final List<Follow<?>> followers;

  private HollowNodes(
      HollowMembers members, HollowPods pods, HollowLeases leases, List<Follow<?>> followers) {
    this.members = members;
    this.pods = pods;
    this.leases = leases;
    this.followers = followers;
  }

  /**
   * Begins; the nodes appear after.
   *
   * @param api under an identity that may write nodes, their leases and all pods' statuses
   */
  public static HollowNodes start(ApiClient api, HollowConfig config, Timer timer) {
    Map<String, HollowNode> nodes = new LinkedHashMap<>();
    for (int i = 0; i < config.count(); i++) {
      nodes.put(config.name(i), new HollowNode(config.name(i), api, timer));
    }
    HollowMembers members = new HollowMembers(api, nodes, new NodeForm(config), timer);
    HollowPods pods = new HollowPods(api, nodes, config.jobTime(), timer);
    Scope hollow = new Scope("", NodeForm.LABEL + "=true", "");
    return new HollowNodes(
        members,
        pods,
        HollowLeases.start(List.copyOf(nodes.values()), timer),
        List.of(
            Follow.start(api, Node.KIND, hollow, members, timer),
            Follow.start(api, Pod.KIND, Scope.ofFields("spec.nodeName!="), pods, timer)));
  }

  /**
   * Waits until all nodes are there.
   *
   * @return false when the time was too short
   */
  public boolean awaitRegistered(Duration atMost) throws InterruptedException {
    return members.registered().await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Pods that need something that is not written yet. */
  public int podsWaiting() {
    return pods.waiting();
  }

  @Override
  public void close() {
    followers.forEach(Follow::close);
    leases.close();
    pods.close();
    members.close();
  }
}

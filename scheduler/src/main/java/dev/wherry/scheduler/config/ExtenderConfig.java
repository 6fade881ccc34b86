package dev.wherry.scheduler.config;

import dev.wherry.machinery.pki.PeerTls;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * One of the extenders of kube-scheduler's configuration; verbs are "" where it has none.
 *
 * @param urlPrefix such as {@code https://gpu.example.com/scheduler}
 * @param weight of its priorities
 * @param tls how it is trusted and who we are to it
 * @param httpTimeout for a whole call
 * @param nodeCacheCapable whether names of nodes are enough for it
 * @param managedResources extended resources that it looks after; empty where it wants to be asked
 *     about every pod
 * @param ignorable whether decisions are made without it where it fails
 */
public record ExtenderConfig(
    String urlPrefix,
    String filterVerb,
    String prioritizeVerb,
    String preemptVerb,
    String bindVerb,
    int weight,
    Optional<PeerTls> tls,
    Duration httpTimeout,
    boolean nodeCacheCapable,
    Set<String> managedResources,
    boolean ignorable) {
  /** Upstream's DefaultExtenderTimeout. */
  public static final Duration HTTP_TIMEOUT = Duration.ofSeconds(5);

  public ExtenderConfig {
    managedResources = Set.copyOf(managedResources);
  }
}

package dev.wherry.kubelet.eviction;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.resource.Requirements;
import dev.wherry.model.Quantity;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Why a pod went, in upstream's words (rule: evictionMessage). Pure. */
final class EvictionText {
  private EvictionText() {}

  /**
   * @param due all thresholds that are broken now
   */
  static String shortage(
      Signal signal,
      PodView pod,
      Optional<PodUsage> usage,
      List<Threshold> due,
      Map<Signal, Observed> observed) {
    StringBuilder text =
        new StringBuilder("The node was low on resource: " + signal.resource() + ". ");
    for (Threshold threshold : due) {
      Observed seen = observed.get(threshold.signal());
      if (seen != null && threshold.signal().resource().equals(signal.resource())) {
        text.append("Threshold quantity: ")
            .append(quantity(threshold.signal(), threshold.below().of(seen.capacity())))
            .append(", available: ")
            .append(quantity(threshold.signal(), seen.available()))
            .append(". ");
        break;
      }
    }
    usage.ifPresent(use ->
        pod.mains()
            .forEach(named -> {
              PodUsage.OfContainer own = use.containers().get(named.name());
              if (own != null && signal != Signal.PIDS_AVAILABLE) {
                consumer(text, signal, named, own);
              }
            }));
    return text.toString();
  }

  private static void consumer(
      StringBuilder text, Signal signal, PodView.Named named, PodUsage.OfContainer own) {
    PodUsage.OnDisk disk = own.layer().plus(own.logs());
    long used =
        switch (signal) {
          case MEMORY_AVAILABLE -> own.memoryBytes();
          case NODEFS_AVAILABLE, IMAGEFS_AVAILABLE -> disk.bytes();
          case NODEFS_INODES, IMAGEFS_INODES, PIDS_AVAILABLE -> disk.inodes();
        };
    Quantity asked =
        Requirements.of(named.container())
            .requests()
            .getOrDefault(signal.resource(), Quantity.ZERO);
    if (used > asked.value()) {
      text.append("Container ")
          .append(named.name())
          .append(" was using ")
          .append(quantity(signal, used))
          .append(", request is ")
          .append(asked)
          .append(", has larger consumption of ")
          .append(signal.resource())
          .append(". ");
    }
  }

  private static Quantity quantity(Signal signal, long amount) {
    return signal.inBytes() ? Quantity.ofBytes(amount) : Quantity.of(amount);
  }

  static String emptyDir(String volume, Quantity limit) {
    return "Usage of EmptyDir volume \"" + volume + "\" exceeds the limit \"" + limit + "\". ";
  }

  static String container(String name, Quantity limit) {
    return "Container " + name + " exceeded its local ephemeral storage limit \"" + limit + "\". ";
  }

  static String pod(Quantity limit) {
    return "Pod ephemeral local storage usage exceeds the total limit of containers "
        + limit
        + ". ";
  }
}

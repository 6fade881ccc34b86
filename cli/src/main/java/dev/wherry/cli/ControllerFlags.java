package dev.wherry.cli;

import dev.wherry.controllers.ControllersConfig;
import dev.wherry.controllers.NodeMasks;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Flags of {@code server} that kube-controller-manager has too, by its names and with its meaning
 * (decision 0611).
 */
final class ControllerFlags {
  @Mixin private NodeLifeFlags nodes = new NodeLifeFlags();

  @Mixin private AutoscalerFlags autoscalers = new AutoscalerFlags();

  @Option(
      names = "--node-cidr-mask-size",
      paramLabel = "BITS",
      description =
          "Prefix length of each node's part of --cluster-cidr, in a cluster of one family"
              + " (default: 24 of IPv4, 64 of IPv6).")
  private int mask;

  @Option(
      names = "--node-cidr-mask-size-ipv4",
      paramLabel = "BITS",
      description = "The same of the IPv4 range (default: 24).")
  private int mask4;

  @Option(
      names = "--node-cidr-mask-size-ipv6",
      paramLabel = "BITS",
      description = "The same of the IPv6 range (default: 64).")
  private int mask6;

  @Option(
      names = "--terminated-pod-gc-threshold",
      paramLabel = "PODS",
      description =
          "Finished pods kept before the oldest are deleted, 0 for all (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "" + ControllersConfig.Choices.TERMINATED_PODS_MAX)
  private int terminatedPodsMax = ControllersConfig.Choices.TERMINATED_PODS_MAX;

  @Option(
      names = "--cluster-signing-duration",
      paramLabel = "TIME",
      description =
          "How long certificates are good that are signed for CertificateSigningRequests; one may"
              + " ask for less (default: ${DEFAULT-VALUE}).",
      defaultValue = "8760h")
  private String certificatesMax = "8760h";

  /**
   * With what is built in.
   *
   * @throws IllegalArgumentException with a sentence that names the flag
   */
  ControllersConfig.Choices choices(ControllersConfig.BuiltIns builtIns) {
    return new ControllersConfig.Choices(
        builtIns,
        nodes.life(),
        masks(),
        terminatedPodsMax,
        autoscalers.pace(),
        Durations.parse("--cluster-signing-duration", certificatesMax));
  }

  /** Whether they fit the cluster's ranges is another question. */
  NodeMasks masks() {
    return new NodeMasks(mask, mask4, mask6);
  }

  /** The flags again, for a process of its own. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>(nodes.arguments());
    arguments.addAll(autoscalers.arguments());
    addMask(arguments, "--node-cidr-mask-size", mask);
    addMask(arguments, "--node-cidr-mask-size-ipv4", mask4);
    addMask(arguments, "--node-cidr-mask-size-ipv6", mask6);
    arguments.add("--terminated-pod-gc-threshold=" + terminatedPodsMax);
    arguments.add("--cluster-signing-duration=" + certificatesMax);
    return arguments;
  }

  private static void addMask(List<String> arguments, String flag, int bits) {
    if (bits != 0) {
      arguments.add(flag + "=" + bits);
    }
  }
}

package dev.wherry.cli;

import dev.wherry.apiserver.rest.Version;
import dev.wherry.cli.kubeconfig.Access;
import dev.wherry.cli.kubeconfig.AccessResolver;
import dev.wherry.cli.kubeconfig.ExecPlugin;
import dev.wherry.cli.kubeconfig.Kubeconfig;
import dev.wherry.cli.kubeconfig.KubeconfigPaths;
import dev.wherry.kubelet.hollow.HollowConfig;
import dev.wherry.model.Quantity;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The flags of an agent whose nodes run nothing. */
final class HollowFlags {
  private static final String PREFIX = "hollow";

  @Option(
      names = "--hollow",
      paramLabel = "N",
      description =
          "Instead of running pods be N nodes on which pods run on paper only, to try out a"
              + " cluster's size; as the user of the kubeconfig, who may write nodes and pods.")
  private int count;

  @Option(
      names = "--hollow-capacity",
      paramLabel = "RESOURCE=AMOUNT",
      split = ",",
      description =
          "What each hollow node has (default: cpu=32,memory=256Gi,ephemeral-storage=1Ti,pods=110).")
  private List<String> capacity = List.of();

  @Option(
      names = "--hollow-job-time",
      paramLabel = "TIME",
      description = "How long pods of Jobs run on hollow nodes, such as 30s (default: 0).",
      defaultValue = "0")
  private String jobTime = "0";

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "For hollow nodes: who writes them (default: as the client commands).")
  private String kubeconfig = "";

  boolean wanted() {
    return count != 0;
  }

  /**
   * @throws IllegalArgumentException with a sentence for the user
   */
  HollowConfig config(WorkerFlags worker) throws IOException {
    return new HollowConfig(
        worker.nameOr(PREFIX),
        count,
        amounts(capacity),
        worker.marks().labels(),
        worker.marks().taints(),
        Durations.parse(jobTime),
        Version.GIT_VERSION);
  }

  private static Map<String, Quantity> amounts(List<String> texts) {
    Map<String, Quantity> amounts = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals <= 0) {
        throw new IllegalArgumentException("--hollow-capacity " + text + ": write RESOURCE=AMOUNT");
      }
      amounts.put(text.substring(0, equals), Quantity.parse(text.substring(equals + 1)));
    }
    return amounts;
  }

  /**
   * @param server instead of the kubeconfig's; "" for that
   */
  Access access(String server) {
    AccessResolver.Overrides overrides =
        new AccessResolver.Overrides(
            "", "", "", "", server, "", "", "", "", "", false, "", List.of());
    Access access =
        AccessResolver.resolve(
            Kubeconfig.load(KubeconfigPaths.find(kubeconfig, System.getenv())), overrides);
    return access.plugin().present() ? access.with(ExecPlugin.run(access.plugin())) : access;
  }
}

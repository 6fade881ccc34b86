package dev.wherry.cli;

import dev.wherry.model.core.v1.Taint;
import dev.wherry.runtime.choice.RuntimeChoice;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Option;

/** The flags of a worker, the same for agents and servers. */
final class WorkerFlags {
  private static final Set<String> EFFECTS = Set.of("NoSchedule", "PreferNoSchedule", "NoExecute");

  @Option(names = "--node-name", description = "Name of this node (default: the host's name).")
  private String nodeName = "";

  @Option(names = "--node-ip", description = "This host's address as others reach it.")
  private String nodeIp = "";

  @Option(
      names = "--kubelet-port",
      description = "Port of the node agent; 0 for any free one (default: ${DEFAULT-VALUE}).",
      defaultValue = "10250")
  private int kubeletPort = 10_250;

  @Option(
      names = "--runtime",
      description =
          "auto, containerd, docker or unix:///SOCKET of a CRI runtime"
              + " (default: ${DEFAULT-VALUE}).",
      defaultValue = "auto")
  private String runtime = "auto";

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "A label for the node; may be repeated.")
  private List<String> labels = List.of();

  @Option(
      names = "--taint",
      paramLabel = "KEY=VALUE:EFFECT",
      description = "A taint for the node when it is made; may be repeated.")
  private List<String> taints = List.of();

  /** An agent's: the given address, or the one from which this host reaches the server. */
  WorkerOptions agent(URI server, Path dataDirectory) throws IOException {
    return new WorkerOptions(
        server,
        dataDirectory,
        name(),
        nodeIp.isEmpty() ? HostAddress.towards(server) : nodeIp,
        kubeletPort,
        RuntimeChoice.parse(runtime),
        parsedLabels(labels),
        parsedTaints(taints));
  }

  /** A server's: the given address, or this host's first. */
  ServerRole.Options server(
      Path dataDirectory, String bindAddress, int port, List<String> hosts, boolean runsPods)
      throws IOException {
    return new ServerRole.Options(
        dataDirectory,
        bindAddress,
        port,
        hosts,
        name(),
        nodeIp.isEmpty() ? HostAddress.primary() : nodeIp,
        kubeletPort,
        runsPods,
        RuntimeChoice.parse(runtime),
        parsedLabels(labels),
        parsedTaints(taints));
  }

  /** The flags again, for a process of its own. */
  List<String> arguments() {
    List<String> arguments =
        new ArrayList<>(List.of("--kubelet-port=" + kubeletPort, "--runtime=" + runtime));
    if (!nodeName.isEmpty()) {
      arguments.add("--node-name=" + nodeName);
    }
    if (!nodeIp.isEmpty()) {
      arguments.add("--node-ip=" + nodeIp);
    }
    labels.forEach(label -> arguments.add("--label=" + label));
    taints.forEach(taint -> arguments.add("--taint=" + taint));
    return arguments;
  }

  int kubeletPort() {
    return kubeletPort;
  }

  private String name() throws IOException {
    return nodeName.isEmpty() ? HostAddress.name() : nodeName;
  }

  static Map<String, String> parsedLabels(List<String> texts) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals <= 0) {
        throw new IllegalArgumentException("--label " + text + ": write KEY=VALUE");
      }
      labels.put(text.substring(0, equals), text.substring(equals + 1));
    }
    return labels;
  }

  static List<Taint> parsedTaints(List<String> texts) {
    List<Taint> taints = new ArrayList<>();
    for (String text : texts) {
      int colon = text.lastIndexOf(':');
      String effect = text.substring(colon + 1);
      if (colon <= 0 || !EFFECTS.contains(effect)) {
        throw new IllegalArgumentException(
            "--taint "
                + text
                + ": write KEY=VALUE:EFFECT, with an effect of "
                + List.of("NoSchedule", "PreferNoSchedule", "NoExecute"));
      }
      String[] pair = text.substring(0, colon).split("=", 2);
      taints.add(
          Taint.builder()
              .key(pair[0])
              .value(pair.length > 1 ? pair[1] : "")
              .effect(effect)
              .build());
    }
    return taints;
  }
}

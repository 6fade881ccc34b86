package dev.wherry.cli;

import dev.wherry.apiserver.ProtectionConfig;
import dev.wherry.controllers.ControllersConfig;
import dev.wherry.model.core.v1.Taint;
import dev.wherry.network.ingress.IngressSettings;
import dev.wherry.runtime.choice.RuntimeChoice;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The flags of a worker, the same for agents and servers. */
final class WorkerFlags {
  private static final String BUILT_IN = "built-in";
  private static final String NONE = "none";
  private static final Set<String> EFFECTS = Set.of("NoSchedule", "PreferNoSchedule", "NoExecute");

  private static final Pattern NAME =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
  private static final int NAME_CHARS_MAX = 253;
  private static final List<String> RESERVED = List.of("kubernetes.io", "k8s.io");

  /** Domains and keys a kubelet may set on its own node (kubelet's --node-labels). */
  private static final List<String> OWN = List.of("kubelet.kubernetes.io", "node.kubernetes.io");

  private static final Set<String> WELL_KNOWN =
      Set.of(
          "kubernetes.io/hostname",
          "kubernetes.io/os",
          "kubernetes.io/arch",
          "topology.kubernetes.io/region",
          "topology.kubernetes.io/zone",
          "failure-domain.beta.kubernetes.io/region",
          "failure-domain.beta.kubernetes.io/zone",
          "beta.kubernetes.io/instance-type",
          "beta.kubernetes.io/os",
          "beta.kubernetes.io/arch");

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
          "auto, builtin, containerd, docker or unix:///SOCKET of a CRI runtime"
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

  @Option(
      names = "--cluster-dns",
      paramLabel = "WHO",
      description =
          "Who answers the cluster's DNS: built-in, none, or the ADDRESS of one that you run, such as"
              + " CoreDNS; the same for the server and every agent (default: ${DEFAULT-VALUE}).",
      defaultValue = DnsChoice.BUILT_IN_WORD)
  private String clusterDns = DnsChoice.BUILT_IN_WORD;

  @Option(
      names = "--dns-forward",
      paramLabel = "DOMAIN=SERVER[,SERVER...]",
      description =
          "Servers to ask about a domain, . for all others; may be repeated (default: the host's).")
  private List<String> dnsForward = List.of();

  @Option(
      names = "--ingress-http-port",
      paramLabel = "PORT",
      description =
          "Where Ingresses are served by HTTP once there are any; 0 to serve none; the same for the"
              + " server and every agent (default: ${DEFAULT-VALUE}).",
      defaultValue = "80")
  private int ingressHttpPort = IngressSettings.HTTP_PORT;

  @Option(
      names = "--ingress-https-port",
      paramLabel = "PORT",
      description = "Where Ingresses are served by HTTPS (default: ${DEFAULT-VALUE}).",
      defaultValue = "443")
  private int ingressHttpsPort = IngressSettings.HTTPS_PORT;

  @Option(
      names = "--pod-network",
      paramLabel = "WHO",
      description =
          "Who connects pods: built-in, or none for a CNI plugin that you install, such as flannel;"
              + " the same for the server and every agent (default: ${DEFAULT-VALUE}).",
      defaultValue = BUILT_IN)
  private String podNetwork = BUILT_IN;

  @Option(
      names = {"--kubelet-config", "--config"},
      paramLabel = "FILE",
      description =
          "A KubeletConfiguration (kubelet.config.k8s.io/v1beta1) for this node, read strictly.")
  private String kubeletFile = "";

  private String kubeletFile() {
    return kubeletFile.isEmpty() ? "" : Path.of(kubeletFile).toAbsolutePath().toString();
  }

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
        parsedTaints(taints),
        dns(),
        ingress(),
        podNetwork(),
        kubeletFile());
  }

  /** A server's: the given address, or this host's first. */
  ServerRole.Options server(
      Path dataDirectory,
      String bindAddress,
      int port,
      List<String> hosts,
      boolean runsPods,
      ProtectionConfig protection,
      ControllersConfig.BuiltIns builtIns)
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
        parsedTaints(taints),
        protection,
        dns(),
        builtIns,
        ingress(),
        podNetwork(),
        kubeletFile());
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
    arguments.addAll(dns().arguments());
    arguments.addAll(ingress().arguments());
    if (!podNetwork.equals(BUILT_IN)) {
      arguments.add("--pod-network=" + podNetwork);
    }
    if (!kubeletFile.isEmpty()) {
      arguments.add("--kubelet-config=" + kubeletFile());
    }
    return arguments;
  }

  DnsChoice dns() {
    return DnsChoice.parse(clusterDns, dnsForward);
  }

  IngressChoice ingress() {
    return new IngressChoice(ingressHttpPort, ingressHttpsPort);
  }

  private boolean podNetwork() {
    if (!podNetwork.equals(BUILT_IN) && !podNetwork.equals(NONE)) {
      throw new IllegalArgumentException(
          "--pod-network " + podNetwork + ": write built-in or none");
    }
    return podNetwork.equals(BUILT_IN);
  }

  int kubeletPort() {
    return kubeletPort;
  }

  private String name() throws IOException {
    String name = nodeName.isEmpty() ? HostAddress.name() : nodeName;
    if (!NAME.matcher(name).matches() || name.length() > NAME_CHARS_MAX) {
      throw new IOException(
          "'"
              + name
              + "' cannot be a node's name: give --node-name with small letters, digits,"
              + " '-' and '.', such as worker-1");
    }
    return name;
  }

  static Map<String, String> parsedLabels(List<String> texts) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals <= 0) {
        throw new IllegalArgumentException("--label " + text + ": write KEY=VALUE");
      }
      refuseReserved(text.substring(0, equals));
      labels.put(text.substring(0, equals), text.substring(equals + 1));
    }
    return labels;
  }

  /** The server would refuse such a node (NodeRestriction); a person should hear it at once. */
  private static void refuseReserved(String key) {
    String domain = key.substring(0, Math.max(0, key.indexOf('/')));
    boolean reserved =
        RESERVED.stream().anyMatch(r -> domain.equals(r) || domain.endsWith("." + r));
    boolean own = OWN.stream().anyMatch(o -> domain.equals(o) || domain.endsWith("." + o));
    if (reserved && !own && !WELL_KNOWN.contains(key)) {
      throw new IllegalArgumentException(
          "--label "
              + key
              + ": a node may not give itself labels of "
              + domain
              + "; label it from the server (kubectl label node)");
    }
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

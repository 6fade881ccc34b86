package dev.wherry.cli;

import dev.wherry.apiserver.ApiChoices;
import dev.wherry.apiserver.ProtectionConfig;
import dev.wherry.controllers.ControllersConfig;
import dev.wherry.kubelet.image.ImageCredentials;
import dev.wherry.network.ingress.IngressSettings;
import dev.wherry.runtime.choice.RuntimeChoice;
import dev.wherry.scheduler.config.SchedulerConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags of a worker, the same for agents and servers. */
final class WorkerFlags {
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
  private static final int NAME_CHARS_MAX = 253;

  @Option(names = "--node-name", description = "Name of this node (default: the host's name).")
  private String nodeName = "";

  @Mixin private NodeAddressFlags addresses = new NodeAddressFlags();

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
      names = "--oci-runtime",
      paramLabel = "PROGRAM",
      description =
          "What the built-in runtime runs containers with: runc, crun or the /PATH of a program like"
              + " them (default: the one that this data directory had, else runc, else crun).")
  private String ociRuntime = "";

  @Mixin private NodeMarks marks = new NodeMarks();

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

  @Mixin private NetworkFlags network = new NetworkFlags();

  @Option(
      names = {"--kubelet-config", "--config"},
      paramLabel = "FILE",
      description =
          "A KubeletConfiguration (kubelet.config.k8s.io/v1beta1) for this node, read strictly.")
  private String kubeletFile = "";

  @Option(
      names = "--image-credential-provider-config",
      paramLabel = "FILE",
      description = "A CredentialProviderConfig (kubelet.config.k8s.io/v1): who knows credentials.")
  private String credentialFile = "";

  @Option(
      names = "--image-credential-provider-bin-dir",
      paramLabel = "FOLDER",
      description = "Where the programs lie that the CredentialProviderConfig names.")
  private String credentialFolder = "";

  private ImageCredentials imageCredentials() {
    return new ImageCredentials(absolute(credentialFile), absolute(credentialFolder));
  }

  private static String absolute(String path) {
    return path.isEmpty() ? "" : Path.of(path).toAbsolutePath().toString();
  }

  private String kubeletFile() {
    return absolute(kubeletFile);
  }

  /** An agent's: the given address, or the one from which this host reaches the server. */
  WorkerOptions agent(URI server, Path dataDirectory) throws IOException {
    return new WorkerOptions(
        server,
        dataDirectory,
        name(),
        addresses.first().isEmpty() ? HostAddress.towards(server) : addresses.first(),
        addresses.second(),
        kubeletPort,
        runtime(),
        marks.labels(),
        marks.taints(),
        dns(),
        ingress(),
        network(),
        kubeletFile(),
        imageCredentials());
  }

  /** A server's: the given address, or this host's first. */
  ServerRole.Options server(
      Path dataDirectory,
      String bindAddress,
      int port,
      List<String> hosts,
      boolean runsPods,
      ProtectionConfig protection,
      ApiChoices api,
      ControllersConfig.Choices controllers,
      SchedulerConfig scheduling,
      RangeChoice ranges)
      throws IOException {
    return new ServerRole.Options(
        dataDirectory,
        bindAddress,
        port,
        hosts,
        name(),
        addresses.first(ranges.in(dataDirectory).family()),
        addresses.second(),
        kubeletPort,
        runsPods,
        runtime(),
        marks.labels(),
        marks.taints(),
        protection,
        api,
        dns(),
        controllers,
        ingress(),
        network(),
        kubeletFile(),
        imageCredentials(),
        scheduling,
        ranges);
  }

  /** The flags again, for a process of its own. */
  List<String> arguments() {
    List<String> arguments =
        new ArrayList<>(List.of("--kubelet-port=" + kubeletPort, "--runtime=" + runtime));
    if (!ociRuntime.isEmpty()) {
      arguments.add("--oci-runtime=" + ociRuntime);
    }
    if (!nodeName.isEmpty()) {
      arguments.add("--node-name=" + nodeName);
    }
    arguments.addAll(addresses.arguments());
    arguments.addAll(marks.arguments());
    arguments.addAll(dns().arguments());
    arguments.addAll(ingress().arguments());
    arguments.addAll(network().arguments());
    if (!kubeletFile.isEmpty()) {
      arguments.add("--kubelet-config=" + kubeletFile());
    }
    if (!credentialFile.isEmpty()) {
      arguments.add("--image-credential-provider-config=" + absolute(credentialFile));
    }
    if (!credentialFolder.isEmpty()) {
      arguments.add("--image-credential-provider-bin-dir=" + absolute(credentialFolder));
    }
    return arguments;
  }

  DnsChoice dns() {
    return DnsChoice.parse(clusterDns, dnsForward);
  }

  IngressChoice ingress() {
    return new IngressChoice(ingressHttpPort, ingressHttpsPort);
  }

  RuntimeChoice runtime() {
    return RuntimeChoice.parse(runtime, ociRuntime);
  }

  NetworkChoice network() {
    return network.choice();
  }

  int kubeletPort() {
    return kubeletPort;
  }

  NodeMarks marks() {
    return marks;
  }

  /** The given name, or this one where none is given; fit for a node. */
  String nameOr(String absent) throws IOException {
    return checked(nodeName.isEmpty() ? absent : nodeName);
  }

  private String name() throws IOException {
    return nodeName.isEmpty() ? checked(HostAddress.name()) : checked(nodeName);
  }

  private static String checked(String name) throws IOException {
    if (!NAME.matcher(name).matches() || name.length() > NAME_CHARS_MAX) {
      throw new IOException(
          "'"
              + name
              + "' cannot be a node's name: give --node-name with small letters, digits,"
              + " '-' and '.', such as worker-1");
    }
    return name;
  }
}

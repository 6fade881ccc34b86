package dev.wherry.cli.client.create;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code create service}, by type. */
final class ServiceGenerators {
  private static final int PORT_MAX = 65_535;
  private static final Pattern HOST =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  private ServiceGenerators() {}

  static CommandLine command(Streams streams) {
    return new CommandLine(new OfService())
        .addSubcommand(new OfClusterIp(streams))
        .addSubcommand(new OfNodePort(streams))
        .addSubcommand(new OfLoadBalancer(streams))
        .addSubcommand(new OfExternalName(streams));
  }

  /** {@code create service}, which only holds its types. */
  @Command(
      name = "service",
      aliases = "svc",
      description = "Create a service of a type.",
      mixinStandardHelpOptions = true)
  static final class OfService implements Runnable {
    @Override
    public void run() {
      throw ClientException.error(
          "name the type of service: wherry create service"
              + " clusterip|nodeport|loadbalancer|externalname NAME");
    }
  }

  /** What the types have in common. */
  abstract static class ServiceGenerator extends Generator {
    @Option(names = "--tcp", split = ",", description = "PORT or PORT:TARGET; may be repeated.")
    private List<String> tcp = List.of();

    private final String type;

    ServiceGenerator(Streams streams, String type) {
      super(streams);
      this.type = type;
    }

    @Override
    String failure() {
      return "failed to create " + type + " service: ";
    }

    /** Adds what only this type has. */
    void finish(ObjectNode spec) {}

    /** Whether there may be no port. */
    boolean portless() {
      return false;
    }

    /** The port on every node, 0 for any. */
    int nodePort() {
      return 0;
    }

    @Override
    ObjectNode object(Session session) {
      String name = name();
      if (tcp.isEmpty() && !portless()) {
        throw ClientException.error("at least one tcp port specifier must be provided");
      }
      ObjectNode service = Generated.object("v1", "Service", name);
      service.withObject("/metadata").putObject("labels").put("app", name);
      ObjectNode spec = service.putObject("spec");
      ArrayNode ports = spec.arrayNode();
      tcp.forEach(text -> add(ports, text));
      if (!ports.isEmpty()) {
        spec.set("ports", ports);
      }
      spec.putObject("selector").put("app", name);
      spec.put("type", type);
      finish(spec);
      service.putObject("status").putObject("loadBalancer");
      return service;
    }

    private void add(ArrayNode ports, String text) {
      String[] pair = text.split(":", 2);
      ObjectNode port = ports.addObject();
      port.put("name", text.replace(':', '-'));
      if (nodePort() > 0) {
        port.put("nodePort", nodePort());
      }
      int number = number(pair[0]);
      port.put("port", number).put("protocol", "TCP");
      if (pair.length == 1) {
        port.put("targetPort", number);
      } else if (pair[1].chars().allMatch(Character::isDigit)) {
        port.put("targetPort", number(pair[1]));
      } else {
        port.put("targetPort", pair[1]);
      }
    }

    private static int number(String text) {
      try {
        int port = Integer.parseInt(text);
        if (port > 0 && port <= PORT_MAX) {
          return port;
        }
      } catch (NumberFormatException e) {
        // Refused below.
      }
      throw ClientException.error(
          "invalid port " + text + ": must be between 1 and 65535, inclusive");
    }
  }

  /** {@code create service clusterip}. */
  @Command(
      name = "clusterip",
      description = "Create a service with an address in the cluster.",
      mixinStandardHelpOptions = true)
  static final class OfClusterIp extends ServiceGenerator {
    @Option(names = "--clusterip", description = "The address; None for none.")
    private String address = "";

    OfClusterIp(Streams streams) {
      super(streams, "ClusterIP");
    }

    @Override
    boolean portless() {
      return address.equals("None");
    }

    @Override
    void finish(ObjectNode spec) {
      if (!address.isEmpty()) {
        spec.put("clusterIP", address);
      }
    }
  }

  /** {@code create service nodeport}. */
  @Command(
      name = "nodeport",
      description = "Create a service with a port on every node.",
      mixinStandardHelpOptions = true)
  static final class OfNodePort extends ServiceGenerator {
    @Option(names = "--node-port", description = "The port on every node.")
    private int nodePort;

    OfNodePort(Streams streams) {
      super(streams, "NodePort");
    }

    @Override
    int nodePort() {
      return nodePort;
    }
  }

  /** {@code create service loadbalancer}. */
  @Command(
      name = "loadbalancer",
      description = "Create a service behind a load balancer.",
      mixinStandardHelpOptions = true)
  static final class OfLoadBalancer extends ServiceGenerator {
    OfLoadBalancer(Streams streams) {
      super(streams, "LoadBalancer");
    }
  }

  /** {@code create service externalname}. */
  @Command(
      name = "externalname",
      description = "Create a service that stands for a name outside.",
      mixinStandardHelpOptions = true)
  static final class OfExternalName extends ServiceGenerator {
    @Option(names = "--external-name", description = "The name outside.")
    private String external = "";

    OfExternalName(Streams streams) {
      super(streams, "ExternalName");
    }

    @Override
    boolean portless() {
      return true;
    }

    @Override
    void finish(ObjectNode spec) {
      requireFlag("external-name", !external.isEmpty());
      if (!HOST.matcher(external).matches()) {
        throw ClientException.error("invalid service external name " + external);
      }
      spec.put("externalName", external);
    }
  }
}

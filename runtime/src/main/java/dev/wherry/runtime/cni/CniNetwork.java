package dev.wherry.runtime.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.placement.PodBandwidth;
import dev.wherry.runtime.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The pod network as the first configuration list of a directory describes it (by file name, as
 * other runtimes choose it). Attachments are remembered in files, with the configuration they were
 * made by, so that they can be undone after a restart or a change of configuration.
 */
public final class CniNetwork {
  private static final String INTERFACE = "eth0";

  /** What containerd gives for want of an annotation: 512 MiB go before the rate counts. */
  private static final long BURST_BITS = 0xffffffffL;

  private final Path configurationDirectory;
  private final List<Path> pluginPath;
  private final CniRecords records;

  public CniNetwork(Path configurationDirectory, List<Path> pluginPath, Path stateDirectory) {
    this.configurationDirectory = configurationDirectory;
    this.pluginPath = List.copyOf(pluginPath);
    this.records = new CniRecords(stateDirectory);
  }

  /** Where the conflist is looked for. */
  public Path configurationDirectory() {
    return configurationDirectory;
  }

  /** Directories of plugins, first match wins. */
  public List<Path> pluginPath() {
    return pluginPath;
  }

  /** Why pods cannot be attached now; empty when they can. */
  public Optional<String> notReadyReason() {
    try {
      Optional<ObjectNode> list = configuration();
      if (list.isEmpty()) {
        return Optional.of("no CNI configuration in " + configurationDirectory + " yet");
      }
      plugins(list.get()).forEach(p -> CniPlugin.find(pluginPath, p.path("type").asText("")));
      return Optional.empty();
    } catch (CniException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Attaches; returns the addresses, IPv4 first. Leaves nothing behind when it throws. */
  public List<String> add(CniAttachment attachment) {
    ObjectNode list =
        configuration()
            .orElseThrow(
                () -> new CniException("no CNI configuration in " + configurationDirectory));
    // What cannot be asked for must not be in the way of a delete either.
    plugins(list).forEach(p -> runtimeConfig(p.path("capabilities"), attachment));
    records.write(attachment, list, Trees.missing());
    JsonNode result = Trees.missing();
    try {
      for (ObjectNode plugin : plugins(list)) {
        result = call("ADD", list, plugin, attachment, result);
      }
    } catch (CniException e) {
      undo(attachment, e);
      throw e;
    }
    records.write(attachment, list, result);
    return addresses(result);
  }

  /** Checks an attachment made before, by each plugin's own CHECK. */
  public void check(String containerId, String netns) {
    CniRecords.Attached known =
        records
            .read(containerId)
            .orElseThrow(() -> new CniException("no attachment of " + containerId));
    for (ObjectNode plugin : plugins(known.list())) {
      call("CHECK", known.list(), plugin, known.attachment().withNetns(netns), known.result());
    }
  }

  /** Detaches; what was never attached is no error. An empty netns says that it is gone. */
  public void delete(String containerId, String netns) {
    Optional<CniRecords.Attached> known = records.read(containerId);
    if (known.isEmpty()) {
      return;
    }
    List<ObjectNode> plugins = new ArrayList<>(plugins(known.get().list()));
    Collections.reverse(plugins);
    for (ObjectNode plugin : plugins) {
      call(
          "DEL",
          known.get().list(),
          plugin,
          known.get().attachment().withNetns(netns),
          known.get().result());
    }
    records.remove(containerId);
  }

  /** The addresses an attachment got, IPv4 first; empty when there is none. */
  public List<String> addresses(String containerId) {
    return records.read(containerId).map(r -> addresses(r.result())).orElse(List.of());
  }

  private void undo(CniAttachment attachment, CniException cause) {
    try {
      delete(attachment.containerId(), attachment.netns());
    } catch (CniException e) {
      cause.addSuppressed(e);
    }
  }

  private JsonNode call(
      String command, ObjectNode list, ObjectNode plugin, CniAttachment to, JsonNode previous) {
    ObjectNode input = plugin.deepCopy();
    input.remove("capabilities");
    input.set("name", list.path("name"));
    input.set("cniVersion", list.path("cniVersion"));
    ObjectNode runtimeConfig = runtimeConfig(plugin.path("capabilities"), to);
    if (!runtimeConfig.isEmpty()) {
      input.set("runtimeConfig", runtimeConfig);
    }
    if (previous.isObject()) {
      input.set("prevResult", previous);
    }
    JsonNode result =
        CniPlugin.run(
            pluginPath,
            plugin.path("type").asText(""),
            Map.of(
                "CNI_COMMAND", command,
                "CNI_CONTAINERID", to.containerId(),
                "CNI_NETNS", to.netns(),
                "CNI_IFNAME", INTERFACE,
                "CNI_ARGS", to.arguments()),
            Trees.bytes(input));
    return result.isObject() ? result : previous;
  }

  private static ObjectNode runtimeConfig(JsonNode capabilities, CniAttachment to) {
    ObjectNode config = Trees.object();
    if (capabilities.path("portMappings").asBoolean() && !to.ports().isEmpty()) {
      config.set("portMappings", portMappings(to));
    }
    if (capabilities.path("bandwidth").asBoolean() && !to.limits().isEmpty()) {
      config.set("bandwidth", bandwidth(to));
    }
    return config;
  }

  /** Bits per second and bits, as containerd hands them over (go-cni's BandWidth). */
  private static ObjectNode bandwidth(CniAttachment to) {
    ObjectNode limits = Trees.object();
    PodBandwidth wanted;
    try {
      wanted = PodBandwidth.of(to.limits());
    } catch (IllegalArgumentException e) {
      throw new CniException("pod bandwidth from annotations: " + e.getMessage(), e);
    }
    if (wanted.toPodBits() > 0) {
      limits.put("ingressRate", wanted.toPodBits()).put("ingressBurst", BURST_BITS);
    }
    if (wanted.fromPodBits() > 0) {
      limits.put("egressRate", wanted.fromPodBits()).put("egressBurst", BURST_BITS);
    }
    return limits;
  }

  private static ArrayNode portMappings(CniAttachment attachment) {
    ArrayNode mappings = Trees.array();
    for (CniAttachment.HostPort port : attachment.ports()) {
      ObjectNode mapping = mappings.addObject();
      mapping.put("hostPort", port.hostPort());
      mapping.put("containerPort", port.containerPort());
      mapping.put("protocol", port.protocol());
      if (!port.hostIp().isEmpty()) {
        mapping.put("hostIP", port.hostIp());
      }
    }
    return mappings;
  }

  private Optional<ObjectNode> configuration() {
    try (Stream<Path> files = Files.list(configurationDirectory)) {
      Optional<Path> first =
          files.filter(f -> f.toString().endsWith(".conflist")).sorted().findFirst();
      if (first.isEmpty()) {
        return Optional.empty();
      }
      if (Trees.parse(Files.readAllBytes(first.get())) instanceof ObjectNode list
          && !list.path("name").asText("").isEmpty()
          && !list.path("plugins").isEmpty()) {
        return Optional.of(list);
      }
      throw new CniException(first.get() + " has no name or no plugins");
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      throw new CniException("reading " + configurationDirectory + ": " + e.getMessage(), e);
    }
  }

  private static List<ObjectNode> plugins(ObjectNode list) {
    var plugins = new ArrayList<ObjectNode>();
    for (JsonNode plugin : list.path("plugins")) {
      if (plugin instanceof ObjectNode object) {
        plugins.add(object);
      }
    }
    return plugins;
  }

  private static List<String> addresses(JsonNode result) {
    var v4 = new ArrayList<String>();
    var v6 = new ArrayList<String>();
    for (JsonNode ip : result.path("ips")) {
      String address = ip.path("address").asText("").replaceFirst("/.*", "");
      if (!address.isEmpty()) {
        (address.contains(":") ? v6 : v4).add(address);
      }
    }
    v4.addAll(v6);
    return List.copyOf(v4);
  }
}
